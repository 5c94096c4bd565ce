from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.calibration import Calibration
from exhibit.contract.memory import Provenance
from exhibit.contract.records import Origin
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.values import Gray
from exhibit.stage.label import Labels, caption, draw_label, hang_label
from exhibit.stage.placement import place
from tests.exhibit.stage.test_drawings import square, write_drawings


def _labels(folder: Path, count: int = 2) -> Labels:
    labels = Labels()
    reader = labels.load(str(write_drawings(folder / "bundle", [square()] * count)))
    assert reader is not None
    reader.join()
    return labels


def _inked(window: Gray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(window < 128)
    return int(columns.min()), int(columns.max()), int(rows.min()), int(rows.max())


def test_caption_is_title_artist_book_and_year() -> None:
    whole = Provenance(
        item="a", source="b", title="An Owl", artist="E. Lear", book="Nonsense", page="7", year=1846
    )
    assert caption(whole) == ("An Owl", "E. Lear", "Nonsense, p. 7", "1846")


def test_caption_of_what_is_not_known_leaves_it_out() -> None:
    assert caption(Provenance(item="a", source="b", caption="There was", book="Nonsense")) == (
        "There was",
        "Nonsense",
    )


def test_draw_label_has_the_drawing_above_its_caption() -> None:
    label, bare = draw_label(square(), ("An Owl", "1846")), draw_label(square(), ())
    assert label.shape[0] > bare.shape[0]
    assert label[:240].min() < 60
    assert label[250:].min() < 100


def test_draw_label_wraps_a_long_line_inside_its_edge() -> None:
    label = draw_label(square(), ("A very long title that nobody would ever print on a label",))
    assert label[250:, -3:].min() == 255


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080)])
@pytest.mark.parametrize("mirror", [False, True])
def test_hang_label_has_room_beside_the_picture_of_a_wide_window(
    width: int, height: int, mirror: bool
) -> None:
    placement = place(width, height, StageConfig(mirror=mirror), Calibration())
    left, right, _, _ = _inked(hang_label(draw_label(square(), ("An Owl",)), placement))
    side = (width + height) // 2
    assert right <= width - side if mirror else left >= side


def test_hang_label_of_a_square_window_lies_in_its_lower_right_corner() -> None:
    placement = place(600, 600, StageConfig(mirror=False), Calibration())
    left, _, top, _ = _inked(hang_label(draw_label(square(), ("An Owl",)), placement))
    assert left > 300
    assert top > 300


def test_labels_show_the_drawing_that_the_engine_speaks_of(tmp_path: Path) -> None:
    labels = _labels(tmp_path)
    assert labels.draw(Origin(2, 2)) is not None
    assert labels.draw(Origin()) is None


def test_labels_of_another_memory_are_not_mixed_up(tmp_path: Path) -> None:
    assert _labels(tmp_path).draw(Origin(1, 3)) is None
