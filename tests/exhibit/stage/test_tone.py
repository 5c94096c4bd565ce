import numpy as np
import pytest

from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.tone import light_of
from exhibit.stage.tone import Tone

GREYS = np.arange(256, dtype=np.uint8).reshape(16, 16)


def toned(config: StageConfig, window: np.ndarray = GREYS, level: float = 1.0) -> np.ndarray:
    """Return the light (h, w, 3) RGB of a window."""
    out = np.zeros((*window.shape[:2], 4), np.uint8)
    Tone(config, level).apply(window, out)
    return out[..., 2::-1]


def test_tone_by_default_leaves_grey_alone() -> None:
    assert np.array_equal(toned(StageConfig()), np.dstack([GREYS] * 3))


def test_tone_inverted_draws_light_on_dark() -> None:
    assert np.array_equal(toned(StageConfig(invert=True))[..., 0], 255 - GREYS)


def test_tone_contrast_and_brightness_clip_without_wrapping() -> None:
    light = toned(StageConfig(contrast=3, brightness=0.5))[..., 0].ravel().astype(int)
    assert (np.diff(light) >= 0).all()
    assert (light[0], light[-1]) == (0, 255)


def test_tone_saturated_gives_paper_the_tint_and_keeps_ink_black() -> None:
    light = toned(StageConfig(saturation=1, tint="#ff8040"))
    assert light[-1, -1].tolist() == [255, 128, 64]
    assert light[0, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("saturation", [0.0, 0.01, 1.0])
@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("contrast", [1.0, 1.3])
def test_tone_of_a_window_is_that_of_its_greys_whatever_is_set(
    saturation: float, invert: bool, contrast: float
) -> None:
    """The short ways for grey and for nothing at all must give the light of the long one."""
    config = StageConfig(contrast=contrast, saturation=saturation, tint="#ff8040", invert=invert)
    expected = np.rint(255 * np.array(light_of(np.linspace(0, 1, 256), config))).astype(np.uint8)
    assert np.array_equal(toned(config).reshape(256, 3), expected.reshape(256, 3))


def test_tone_of_windows_of_two_sizes_is_right_for_both() -> None:
    tone, config = Tone(StageConfig(invert=True)), StageConfig(invert=True)
    for window in (GREYS, GREYS[:4], GREYS):
        out = np.zeros((*window.shape, 4), np.uint8)
        tone.apply(window, out)
        assert np.array_equal(out[..., 2::-1], toned(config, window))


@pytest.mark.parametrize("saturation", [0.0, 1.0])
@pytest.mark.parametrize("colour", [False, True])
def test_tone_under_a_mask_is_as_much_light_as_it_lets_through(
    saturation: float, colour: bool
) -> None:
    config = StageConfig(saturation=saturation, tint="#ff8040", invert=True)
    window = np.dstack([GREYS, 255 - GREYS, GREYS]) if colour else GREYS
    mask = np.random.default_rng(1).integers(0, 256, GREYS.shape).astype(np.uint8)
    out = np.zeros((*GREYS.shape, 4), np.uint8)
    Tone(config).apply(window, out, mask)
    expected = np.rint(toned(config, window) * (mask[..., None] / 255.0))
    assert np.array_equal(out[..., 2::-1], expected)


def test_tone_level_zero_is_no_light_whatever_the_settings() -> None:
    assert toned(StageConfig(invert=True, brightness=1), level=0).max() == 0


def test_tone_colour_picture_keeps_the_order_of_channels() -> None:
    colour = np.zeros((2, 2, 3), np.uint8)
    colour[..., 0] = 200
    assert toned(StageConfig(), colour)[0, 0].tolist() == [200, 0, 0]
