"""ADA: no change where there should be none, in-place geometry, and the rule for p."""

import math

import pytest

torch = pytest.importorskip("torch")

from models.training.parts.augment import (  # noqa: E402
    SYM6,
    Augment,
    AugmentConfig,
    _rotate,
    _scale,
    _translate,
)

ONE = torch.ones(1)


def picture(size: int = 32) -> torch.Tensor:
    """A smooth asymmetric picture: a disc right of and above the centre."""
    axis = torch.linspace(-1, 1, size)
    x, y = axis[None, :], axis[:, None]
    return (((x - 0.3).square() + (y + 0.4).square()) * 8 - 1).clamp(-1, 1)[None, None]


def augmented_with(matrix: list[list[float]]) -> torch.Tensor:
    return Augment(AugmentConfig())._resample(picture(), torch.tensor([matrix]))


def test_augment_taps_are_an_orthonormal_low_pass() -> None:
    """A mistyped tap would blur every picture that the discriminator sees."""
    taps = torch.tensor(SYM6, dtype=torch.float64)
    assert abs(float(taps.sum()) - 2**0.5) < 1e-6
    for shift in range(0, 12, 2):
        product = float((taps[shift:] * taps[: 12 - shift]).sum())
        assert abs(product - (shift == 0)) < 1e-6


def test_augment_at_p_zero_returns_the_pictures_themselves() -> None:
    pictures = picture()
    assert Augment(AugmentConfig())(pictures) is pictures


def test_augment_identity_keeps_every_pixel_inside() -> None:
    same = augmented_with([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert (same - picture())[:, :, 4:-4, 4:-4].abs().max() < 1e-3


SIDE = 64
EXACT = {
    "flip": _scale(-ONE, ONE),
    "quarter": _rotate(ONE * math.pi / 2),
    "half": _rotate(ONE * math.pi),
    "three quarters": _rotate(-ONE * math.pi / 2),
    "flip and quarter": _scale(-ONE, ONE) @ _rotate(ONE * math.pi / 2),
    "turn": _rotate(ONE * 0.4),
    "larger": _scale(ONE / 1.3, ONE / 1.3),
    "smaller": _scale(ONE * 1.1, ONE * 1.1),
    "wider": _scale(ONE / 1.2, ONE * 1.2),
    "part of a pixel": _translate(ONE * 0.011, ONE * -0.023),
    "whole pixels": _translate(ONE * 2 * 5 / SIDE, ONE * 2 * -3 / SIDE),
    "all": _scale(-ONE, ONE)
    @ _rotate(ONE * 0.7)
    @ _scale(ONE / 1.1, ONE)
    @ _translate(ONE / 9, ONE / 7),
}


def spots(matrix: torch.Tensor) -> torch.Tensor:
    """Three soft spots as they look exactly where output places come from `matrix` of their own."""
    axis = (torch.arange(SIDE) + 0.5) * 2 / SIDE - 1
    here = torch.stack([axis.expand(SIDE, SIDE), axis[:, None].expand(SIDE, SIDE)], dim=-1)
    there = here @ matrix[0, :2, :2].T + matrix[0, :2, 2]
    found = torch.zeros(SIDE, SIDE)
    for x, y, width in ((-0.2, 0.1, 0.13), (0.25, 0.2, 0.1), (0.1, -0.3, 0.16)):
        away = (there - torch.tensor([x, y])).square().sum(dim=-1)
        found += torch.exp(-away / (2 * width**2))
    return found[None, None]


@pytest.mark.parametrize("name", EXACT)
def test_augment_every_transformation_is_its_exact_counterpart(name: str) -> None:
    moved = Augment(AugmentConfig())._resample(spots(torch.eye(3)[None]), EXACT[name])
    expected = spots(EXACT[name])
    assert (moved - expected).abs().max() < 0.04
    places = torch.arange(SIDE) + 0.5
    for axis in (2, 3):
        middles = [(x.sum(dim=5 - axis).flatten() @ places) / x.sum() for x in (moved, expected)]
        assert float(middles[0]) == pytest.approx(float(middles[1]), abs=0.08)


def test_augment_whole_shifts_are_whole_pixels_of_the_same_values() -> None:
    torch.manual_seed(0)
    config = AugmentConfig(
        initial_p=1.0, max_p=1.0, scale_std=0.0, rotation=0.0, aniso_std=0.0, shift_std=0.0
    )
    matrices = Augment(config).sample_matrices(500, SIDE, torch.device("cpu"))
    pixels = matrices[:, :2, 2] * SIDE / 2
    assert (pixels - pixels.round()).abs().max() < 1e-3
    assert pixels.abs().max() == pytest.approx(SIDE / 8, abs=0.6)
    torch.manual_seed(1)
    noise = torch.rand(1, 1, SIDE, SIDE)
    moved = Augment(AugmentConfig())._resample(noise, EXACT["whole pixels"])
    inside = slice(12, -12)
    wanted = noise.roll((3, -5), (2, 3))
    assert (moved - wanted)[:, :, inside, inside].abs().max() < 1e-4


def test_augment_gates_about_the_share_p_of_each_transformation() -> None:
    torch.manual_seed(0)
    config = AugmentConfig(initial_p=0.25, rotation=0.0, aniso_std=0.0, shift_std=0.0)
    matrices = Augment(config).sample_matrices(4000, 32, torch.device("cpu"))
    determinant = torch.linalg.det(matrices[:, :2, :2])
    flipped = (determinant < 0).float().mean()
    assert abs(float(flipped) - 0.125) < 0.02
    scaled = ((determinant.abs() - 1).abs() > 1e-3).float().mean()
    assert abs(float(scaled) - 0.25) < 0.03


def test_augment_passes_gradients_to_the_generator() -> None:
    torch.manual_seed(0)
    pictures = picture().requires_grad_(True)
    Augment(AugmentConfig(initial_p=0.8, colour=1.0))(pictures).sum().backward()
    assert pictures.grad.abs().sum() > 0


def test_augment_with_given_matrices_moves_two_pictures_alike() -> None:
    torch.manual_seed(0)
    augment = Augment(AugmentConfig(initial_p=0.8))
    matrices = augment.sample_matrices(1, 32, torch.device("cpu"))
    first, second = augment(picture(), matrices), augment(picture(), matrices)
    assert torch.equal(first, second)
    assert (first - picture()).abs().max() > 0.5


def test_adapt_raises_p_when_the_discriminator_overfits_and_lowers_it_otherwise() -> None:
    augment = Augment(AugmentConfig(target=0.6, kimg=1.0, max_p=0.5))
    augment.adapt(0.9, 100)
    assert float(augment.p) == pytest.approx(0.1)
    augment.adapt(0.2, 60)
    assert float(augment.p) == pytest.approx(0.04)
    augment.adapt(0.2, 60)
    assert float(augment.p) == 0.0
    augment.adapt(1.0, 5000)
    assert float(augment.p) == 0.5
