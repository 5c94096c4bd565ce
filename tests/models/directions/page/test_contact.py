"""The contact sheet shows what every direction does, and a name is text and nothing else."""

from html.parser import HTMLParser
from pathlib import Path

import cv2
import pytest

torch = pytest.importorskip("torch")

from models.directions.page.contact import PAGE, write_sheet  # noqa: E402
from models.directions.strips import draw_strip  # noqa: E402
from tests.models.directions.subjects import axis, direction, sample_codes, small_subject  # noqa: E402


class _Read(HTMLParser):
    """Collects pictures, bars, branches and all text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[str] = []
        self.bars: list[tuple[str, str, str]] = []
        self.branches: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.pictures.append(given["src"])
        elif tag == "rect":
            self.bars.append((given["class"], given["x"], given["width"]))
        elif tag == "path":
            self.branches.append(given["d"])

    def handle_data(self, data: str) -> None:
        self.texts.append(" ".join(data.split()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    given = (
        direction("hat & <b>", axis(0), correlations={"slant": 0.5, "spread": -0.25}),
        direction("unnamed-1", axis(1), correlations={}, safe_range=None),
        direction("cat", axis(0) + axis(1), layers=(0, 2)),
    )
    strips = [draw_strip(small_subject(), sample_codes(2), one) for one in given]
    write_sheet(strips, "Directions of tiny", tmp_path / "pages")
    return tmp_path / "pages"


def test_write_sheet_shows_every_direction_with_its_pictures_and_facts(folder: Path) -> None:
    page = _Read()
    page.feed((folder / PAGE).read_text(encoding="utf-8"))
    assert page.texts.count("hat & <b>") == 1
    assert "hat & <b> (sefa)" in page.texts and "not measured" in page.texts
    assert page.bars == [("more", "0", "0.5"), ("less", "-0.25", "0.25"), ("more", "0", "0.5")]
    assert any("layers 0,2, σ 1.00; safe range: -2.00 to 6.00" in text for text in page.texts)
    assert any("safe range not measured: -3.00 to 3.00" in text for text in page.texts)
    assert len(page.branches) == 2
    assert sorted(page.pictures) == sorted(path.name for path in folder.glob("*.png"))
    for name in page.pictures:
        assert cv2.imread(str(folder / name)).shape[:2] == (
            (32, 32) if "where" in name else (76, 190)
        )


def test_write_sheet_of_one_direction_has_no_tree(tmp_path: Path) -> None:
    strip = draw_strip(small_subject(), sample_codes(1), direction("hat", axis(0)))
    write_sheet([strip], "Directions of tiny", tmp_path)
    page = _Read()
    page.feed((tmp_path / PAGE).read_text(encoding="utf-8"))
    assert page.branches == [] and "hat (sefa)" in page.texts
