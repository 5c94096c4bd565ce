import numpy as np

from exhibit.contract.settings.schema import StageConfig
from exhibit.stage.tone import apply_tone, tone_table

GREYS = np.arange(256, dtype=np.uint8).reshape(16, 16)


def toned(config: StageConfig, window: np.ndarray = GREYS, level: float = 1.0) -> np.ndarray:
    out = np.zeros((*window.shape[:2], 3), np.uint8)
    apply_tone(window, tone_table(config, level), out)
    return out


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


def test_tone_level_zero_is_no_light_whatever_the_settings() -> None:
    assert toned(StageConfig(invert=True, brightness=1), level=0).max() == 0


def test_tone_colour_picture_keeps_the_order_of_channels() -> None:
    colour = np.zeros((2, 2, 3), np.uint8)
    colour[..., 0] = 200
    assert toned(StageConfig(), colour)[0, 0].tolist() == [200, 0, 0]
