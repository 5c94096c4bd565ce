"""Bundles are opened, checked and answer; damaged ones are refused by name."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import pytest
import yaml

from exhibit.contract.bundle import GOLDEN, find_bundle, load_bundle, sha256_of
from exhibit.contract.errors import BundleError
from exhibit.contract.settings.schema import InkConfig, ModelConfig
from exhibit.contract.values import Code, Gray, Ink, Recalled
from exhibit.inference import Models, open_models
from exhibit.inference.models import _to_pixels
from tests.fakes.bundle import NUM_WS, RESOLUTION, W_DIM, write_bundle, write_card

CPU = ModelConfig(providers=("cpu",), threads=1)


def ink_of(settled: Gray, live: Gray | None = None) -> Ink:
    return Ink(
        sequence=7,
        captured_at=1.5,
        live=settled if live is None else live,
        settled=settled,
        live_mass=np.full_like(settled, 255),
        mass=np.full_like(settled, 255),
        mask=settled,
        hand=np.zeros(settled.shape, np.bool_),
        sheet=None,
        bbox=None,
        coverage=0.0,
    )


def paper() -> Gray:
    return np.full((RESOLUTION, RESOLUTION), 255, np.uint8)


def cross() -> Gray:
    ink = paper()
    ink[15:17, 4:28] = ink[4:28, 15:17] = 0
    return ink


def open_tiny(path: Path) -> Models:
    return open_models(load_bundle(path), CPU)


@pytest.mark.parametrize("inversion", ["w_plus", "feature"])
def test_models_ink_gives_picture_of_its_frame(
    tmp_path: Path, inversion: Literal["w_plus", "feature"]
) -> None:
    models = open_tiny(write_bundle(tmp_path / "b", inversion))
    code = models.encoder.encode(ink_of(cross()))
    picture = models.generator.synthesise(code)
    assert code.w_plus.shape == (NUM_WS, W_DIM)
    assert (code.feature is not None) == (inversion == "feature")
    assert (picture.sequence, picture.captured_at) == (7, 1.5)
    assert picture.pixels.shape == (RESOLUTION, RESOLUTION)
    assert picture.pixels.dtype == np.uint8
    blank = models.generator.synthesise(models.encoder.encode(ink_of(paper())))
    assert np.abs(picture.pixels.astype(int) - blank.pixels).max() > 20


def test_models_values_outlive_the_next_run(tiny: Path) -> None:
    models = open_tiny(tiny)
    code = models.encoder.encode(ink_of(cross()))
    picture = models.generator.synthesise(code)
    w_plus, pixels = code.w_plus.copy(), picture.pixels.copy()
    models.generator.synthesise(models.encoder.encode(ink_of(paper())))
    np.testing.assert_array_equal(code.w_plus, w_plus)
    np.testing.assert_array_equal(picture.pixels, pixels)
    assert not code.w_plus.flags.writeable
    assert not picture.pixels.flags.writeable


def test_encoder_configured_live_answers_live_ink(tiny: Path) -> None:
    models = open_tiny(tiny)
    settled = models.encoder.encode(ink_of(paper(), live=cross()))
    models.configure(CPU, InkConfig(answer="live"))
    live = models.encoder.encode(ink_of(paper(), live=cross()))
    expected = models.encoder.encode(ink_of(cross()))
    np.testing.assert_array_equal(live.w_plus, expected.w_plus)
    assert np.abs(live.w_plus - settled.w_plus).max() > 0.01


@pytest.mark.parametrize("gain", [0.0, 0.5, 1.0])
def test_encoder_draws_ink_that_the_recalled_drawing_leaves_as_far_as_that_is_seen(
    tiny: Path, gain: float
) -> None:
    models = open_tiny(tiny)
    models.configure(CPU.model_copy(update={"recall": gain}), InkConfig())
    recalled = Recalled(7, 1.5, paper(), ink=paper())
    seen = models.encoder.encode(ink_of(cross()), recalled)
    lighter = np.round(255 - (1 - gain) * (255.0 - cross())).astype(np.uint8)
    expected = models.encoder.encode(ink_of(lighter))
    np.testing.assert_allclose(seen.w_plus, expected.w_plus, atol=0.02)


def test_encoder_follow_zero_without_a_find_gives_the_code_alone(tiny: Path) -> None:
    models = open_tiny(tiny)
    followed = models.generator.synthesise(models.encoder.encode(ink_of(cross()))).pixels
    models.configure(CPU.model_copy(update={"follow": 0.0}), InkConfig())
    code = models.encoder.encode(ink_of(cross()))
    free = models.generator.synthesise(code).pixels
    without = models.generator.synthesise(Code(7, 1.5, code.w_plus)).pixels
    np.testing.assert_array_equal(free, without)
    line = cross() == 0
    assert followed[line].mean() < free[line].mean() - 50


@pytest.fixture(scope="module")
def shipped() -> Models:
    return open_models(load_bundle(find_bundle("lear")), CPU)


@pytest.mark.parametrize(("recall", "follow"), [(1.0, 0.0), (1.0, 0.25), (0.5, 0.5), (0.0, 0.5)])
def test_encoder_follow_mixes_the_map_with_that_of_the_recalled_drawing_alone(
    shipped: Models, recall: float, follow: float
) -> None:
    ink, recalled = _pen_and_recalled()
    shipped.configure(CPU.model_copy(update={"recall": recall}), InkConfig())
    close = shipped.encoder.encode(ink, recalled)
    empty = np.full_like(recalled.picture, 255)
    _, alone = shipped.encoder.encode_pixels(empty, empty, recalled.picture)
    loosely = CPU.model_copy(update={"recall": recall, "follow": follow})
    shipped.configure(loosely, InkConfig())
    for _ in range(2):  # the second time the map of the drawing alone is known
        loose = shipped.encoder.encode(ink, recalled)
        np.testing.assert_array_equal(loose.w_plus, close.w_plus)
        assert close.feature is not None and loose.feature is not None and alone is not None
        expected = follow * close.feature + (1 - follow) * recall * alone
        np.testing.assert_allclose(loose.feature, expected, atol=1e-4)


def test_shipped_hand_that_does_not_follow_draws_what_it_recalls_without_the_pen(
    shipped: Models,
) -> None:
    ink, recalled = _pen_and_recalled()
    pen = (ink.settled == 0) & (recalled.picture == 255)
    drawing = recalled.picture == 0
    darkness = []
    for follow in (1.0, 0.0):
        shipped.configure(CPU.model_copy(update={"follow": follow}), InkConfig())
        pixels = shipped.generator.synthesise(shipped.encoder.encode(ink, recalled)).pixels
        darkness.append((pixels[pen].mean(), pixels[drawing].mean()))
    (pen_close, drawn_close), (pen_loose, drawn_loose) = darkness
    assert pen_close < 100 and drawn_close < 100
    assert pen_loose > 200 and drawn_loose < 100


def _pen_and_recalled() -> tuple[Ink, Recalled]:
    """The pen draws a straight line, and what is recalled is a ring elsewhere."""
    line, ring = np.full((2, 256, 256), 255, np.uint8)
    cv2.line(line, (30, 40), (220, 40), 0, 3)
    cv2.circle(ring, (128, 150), 60, 0, 4)
    return Ink.at_rest(line, np.full_like(line, 255)), Recalled(7, 1.5, ring)


def test_models_golden_picture_is_reproduced(tiny: Path) -> None:
    models = open_tiny(tiny)
    with np.load(tiny / GOLDEN) as golden:
        for ink, picture in zip(golden["ink"][:, 0], golden["picture"][:, 0], strict=True):
            found = models.generator.pixels_of(*models.encoder.encode_pixels(ink))
            assert np.abs(found - (picture + 1) * 127.5).max() <= 0.51


def test_encoder_ink_of_wrong_size_is_refused(tiny: Path) -> None:
    with pytest.raises(ValueError, match=r"\(16, 16\), expected \(32, 32\)"):
        open_tiny(tiny).encoder.encode_pixels(np.zeros((16, 16), np.uint8))


def test_models_picture_drawn_differently_names_generator(tiny: Path) -> None:
    """A generator that was exchanged together with its hash still draws other pictures."""
    change_golden(tiny, "picture", 0.05)
    with pytest.raises(BundleError, match=r"generator\.onnx: picture of golden pair 0"):
        open_tiny(tiny)


def test_models_code_encoded_differently_names_encoder(tiny: Path) -> None:
    change_golden(tiny, "w_plus", 0.1)
    with pytest.raises(BundleError, match=r"encoder\.onnx: w_plus of golden pair 0"):
        open_tiny(tiny)


def test_models_card_with_other_ink_size_names_encoder(tiny: Path) -> None:
    write_card(tiny, "tiny", "feature", ink_size=64)
    with pytest.raises(BundleError, match=r"encoder\.onnx: input 'ink' has shape \(1, 1, 32, 32\)"):
        open_tiny(tiny)


def test_models_card_with_other_inversion_names_encoder(tiny: Path) -> None:
    write_card(tiny, "tiny", "w_plus")
    with pytest.raises(BundleError, match=r"encoder\.onnx: outputs are feature, w_plus"):
        open_tiny(tiny)


def test_models_golden_without_pictures_names_golden(tiny: Path) -> None:
    np.savez(tiny / GOLDEN, ink=np.zeros((1, 1, 32, 32), np.uint8))
    write_card(tiny, "tiny", "feature")
    with pytest.raises(BundleError, match=r"golden\.npz: w_plus has shape none"):
        open_tiny(tiny)


def test_models_graph_that_is_none_names_file(tiny: Path) -> None:
    (tiny / "generator.onnx").write_bytes(b"not a graph")
    write_card(tiny, "tiny", "feature")
    with pytest.raises(BundleError, match=r"generator\.onnx: not a usable ONNX graph"):
        open_tiny(tiny)


def change_golden(bundle: Path, name: str, by: float) -> None:
    with np.load(bundle / GOLDEN) as golden:
        arrays = dict(golden)
    arrays[name] = arrays[name] + np.float32(by)
    np.savez(bundle / GOLDEN, **arrays)
    card = yaml.safe_load((bundle / "card.yaml").read_text())
    card["files"][GOLDEN] = sha256_of(bundle / GOLDEN)
    (bundle / "card.yaml").write_text(yaml.safe_dump(card))


def test_corners_of_paper_are_paper_and_lines_in_them_stay() -> None:
    levels = np.full((1, 16, 16), 0.99, np.float32)
    levels[0, 0, 0] = 0.65
    levels[0, 0, -1] = -0.8
    levels[0, 8, 8] = 0.65
    pixels = _to_pixels(levels)
    assert pixels[0, 0] == pixels[1, 2] == pixels[-1, -1] == 255
    assert pixels[0, -1] < 30
    assert 200 < pixels[8, 8] < 220


def test_corners_of_what_is_no_paper_stay_as_they_are() -> None:
    levels = np.full((1, 16, 16), 0.7, np.float32)
    levels[0, :4, :4] = 0.5
    assert len(np.unique(_to_pixels(levels))) == 2


def test_models_what_is_added_does_not_follow_the_gain_of_the_map(tmp_path: Path) -> None:
    models = open_tiny(write_bundle(tmp_path / "b", "feature"))
    models.configure(CPU.model_copy(update={"follow": 0.0}), InkConfig())
    code = models.encoder.encode(ink_of(cross()))
    added = np.full((1, 16, 16), -0.7, np.float32)
    darker = replace(code, added=added)
    free = models.generator.synthesise(replace(code, feature=None, added=added)).pixels
    assert np.array_equal(models.generator.synthesise(darker).pixels, free)
    assert free.mean() < models.generator.synthesise(code).pixels.mean() - 10
    # The next picture has nothing of it.
    assert models.generator.synthesise(code).pixels.mean() > free.mean() + 10


def test_models_where_nothing_is_kept_the_picture_is_paper(tmp_path: Path) -> None:
    models = open_tiny(write_bundle(tmp_path / "b", "feature"))
    code = models.encoder.encode(ink_of(cross()))
    whole = models.generator.synthesise(code).pixels
    kept = np.ones((16, 16), np.float32)
    assert np.array_equal(models.generator.synthesise(replace(code, kept=kept)).pixels, whole)
    kept[:, :8] = 0
    found = models.generator.synthesise(replace(code, kept=kept)).pixels
    assert found[:, :14].min() == 255 and whole[:, :14].min() < 255
    assert np.array_equal(found[:, 18:], whole[:, 18:])
    kept[:, :8] = 0.5
    half = models.generator.synthesise(replace(code, kept=kept)).pixels.astype(int)
    assert np.abs(half - (255 + whole.astype(int)) / 2)[8:24, 5:14].max() <= 1
