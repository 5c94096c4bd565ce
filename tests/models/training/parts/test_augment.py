"""ADA: no change where there should be none, in-place geometry, and the rule for p."""

import pytest

torch = pytest.importorskip("torch")

from models.training.parts.augment import SYM6, Augment, AugmentConfig  # noqa: E402


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


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ([[-1.0, 0, 0], [0, 1, 0], [0, 0, 1]], lambda x: x.flip(3)),
        ([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]], lambda x: x.rot90(1, (2, 3))),
        ([[1.0, 0, 0.25], [0, 1, 0], [0, 0, 1]], lambda x: x.roll(-4, 3)),
    ],
)
def test_augment_flip_quarter_turn_and_shift_land_on_the_pixel(matrix, expected) -> None:
    moved = augmented_with(matrix)
    inside = slice(6, -6)
    error = (moved - expected(picture()))[:, :, inside, inside].abs()
    # The wavelet is not quite symmetric: its centre is about a quarter of a pixel off.
    assert error.mean() < 0.06
    wrong = (moved - picture())[:, :, inside, inside].abs()
    assert error.mean() < wrong.mean() / 3


def test_augment_gates_about_the_share_p_of_each_transformation() -> None:
    torch.manual_seed(0)
    config = AugmentConfig(initial_p=0.25, rotation=0.0, aniso_std=0.0, shift_std=0.0)
    matrices = Augment(config).sample_matrices(4000, torch.device("cpu"))
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
    matrices = augment.sample_matrices(1, torch.device("cpu"))
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
