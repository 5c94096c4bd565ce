from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from exhibit.contract.bundle import load_bundle
from exhibit.contract.directions import load_directions
from exhibit.contract.errors import InputError
from exhibit.contract.memory import Provenance
from exhibit.recall import Memory, open_memory
from models.collection import building, curation
from models.collection.provenance import Book, Origins, Said
from models.export import memory
from models.export.memory import (
    add_memory,
    cost_of_memory,
    described_memory,
    favourites,
    few_greys,
    remember,
    remember_instead,
)
from tests.exhibit.recall import shapes
from tests.fakes.bundle import add_appearance, write_bundle
from tests.fakes.meaning import tiny_meanings
from tests.fakes.memory import write_remembering_bundle
from tests.models.collection.boxes_of_scans import prepared

ORIGINS = Origins(books=(Book(match="*", artist="A. Painter"),))


def silent(things, title):
    return things


def opened(folder: Path) -> Memory:
    memory = open_memory(load_bundle(folder))
    assert memory is not None
    return memory


def test_remember_keeps_the_kept_drawings_as_fine_as_they_will_be_drawn(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    memory = remember(folder, 64, ORIGINS, (), silent)
    kept = [row.item for row in curation.read_csv(folder / curation.FILE_NAME) if row.kept]
    assert [record.item for record in memory.provenance] == kept
    assert {record.artist for record in memory.provenance} == {"A. Painter"}
    assert all(memory.drawing(row).shape == (256, 256) for row in range(len(memory)))


def test_remember_drawing_is_the_one_that_was_prepared(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    memory = remember(folder, 64, ORIGINS, (), silent)
    for row, record in enumerate(memory.provenance):
        picture = cv2.imread(str(folder / "images" / f"{record.item}.png"), cv2.IMREAD_GRAYSCALE)
        same = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)
        half = cv2.resize(memory.drawing(row), (64, 64), interpolation=cv2.INTER_AREA)
        assert np.abs(same.astype(int) - half).mean() < 6


def test_remember_obeys_a_curator_who_bars_a_drawing(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    rows = curation.read_csv(folder / curation.FILE_NAME)
    barred = next(row for row in rows if row.kept)
    changed = [row.decided("drop") if row is barred else row for row in rows]
    (folder / curation.FILE_NAME).write_text(curation.to_csv(changed))
    items = {record.item for record in remember(folder, 64, ORIGINS, (), silent).provenance}
    assert items == {row.item for row in rows if row.kept} - {barred.item}


def test_cost_of_memory_is_that_of_a_few_pages_taken_as_often_as_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = prepared(tmp_path)
    pages = {row.page_image for row in curation.read_csv(folder / curation.FILE_NAME) if row.kept}
    assert len(pages) == 2
    monkeypatch.setattr(memory, "seconds_of", lambda run: run() or 3.0)
    whole = cost_of_memory(folder, 64, ORIGINS, ())
    monkeypatch.setattr(memory, "_FEW_PAGES", 1)
    half = cost_of_memory(folder, 64, ORIGINS, ())
    assert (whole.seconds, half.seconds) == (3.0, 6.0)
    assert half.pace == "0.33 pages/s"


def test_remember_finds_a_drawing_in_its_own_lines(tmp_path: Path) -> None:
    memory = remember(prepared(tmp_path), 64, ORIGINS, (), silent)
    for row in range(len(memory)):
        assert memory.search(memory.drawing(row))[0].drawing == row


def test_remember_of_what_is_no_data_set_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a data set"):
        remember(tmp_path, 64, ORIGINS, (), silent)


def test_remember_nothing_kept_says_so(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    rows = [row.decided("drop") for row in curation.read_csv(folder / curation.FILE_NAME)]
    (folder / curation.FILE_NAME).write_text(curation.to_csv(rows))
    assert building.is_dataset(folder)
    with pytest.raises(InputError, match="no drawing is kept"):
        remember(folder, 64, ORIGINS, (), silent)


def test_add_memory_bundle_recalls_and_keeps_its_networks(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "tiny")
    before = (bundle / "encoder.onnx").read_bytes()
    drawings = [shapes.ring(), shapes.house()]
    records = [Provenance(item=name, source=name) for name in ("ring", "house")]
    asked: list[int] = []

    def make(resolution: int) -> Memory:
        asked.append(resolution)
        return Memory.of(drawings, records, tiny_meanings(drawings))

    assert add_memory(bundle, make) == 2
    card = load_bundle(bundle).card
    memory = open_memory(load_bundle(bundle))
    assert memory is not None and memory.search(shapes.small(shapes.house()))[0].drawing == 1
    assert asked == [card.resolution] and card.format == 2
    assert (bundle / "encoder.onnx").read_bytes() == before
    assert [credit for credit in card.attribution if "AlexNet" in credit]


def test_add_memory_to_a_bundle_with_appearances_keeps_them(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "tiny", inversion="feature")
    add_appearance(bundle)
    record = Provenance(item="one", source="one")
    add_memory(bundle, lambda _: Memory.of([shapes.house()], [record]))
    changed = load_bundle(bundle)
    assert changed.card.format == 3
    assert "shaded" in load_directions(changed)


def test_add_memory_again_replaces_it(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "tiny")
    for drawing in (shapes.ring(), shapes.house()):
        record = Provenance(item="one", source="one")
        add_memory(bundle, lambda _, it=(drawing, record): Memory.of([it[0]], [it[1]]))
    memory = open_memory(load_bundle(bundle))
    assert memory is not None and len(memory) == 1
    np.testing.assert_array_equal(memory.drawing(0), shapes.house())
    assert "memory/meaning.onnx" not in load_bundle(bundle).card.files


def test_add_memory_refused_leaves_the_bundle(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "tiny")
    before = (bundle / "card.yaml").read_bytes()

    def refuse(resolution: int) -> Memory:
        raise InputError(f"nothing of {resolution} px")

    with pytest.raises(InputError, match="nothing of 32 px"):
        add_memory(bundle, refuse)
    assert (bundle / "card.yaml").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_few_greys_keeps_black_and_white_and_sixteen_levels() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    rounded = few_greys(ramp)
    assert len(np.unique(rounded)) == 16
    assert rounded.min() == 0 and rounded.max() == 255
    assert np.abs(rounded.astype(int) - ramp).max() <= 9


def test_favourites_costs_what_is_found_all_the_time(tmp_path: Path) -> None:
    memory = Memory.of([shapes.ring(), shapes.house(), shapes.wave()])
    turn = np.linspace(0, 2 * np.pi, 40)
    circle = [np.stack([np.cos(turn), np.sin(turn)], axis=1).astype(np.float32)]
    house = [np.array([[0, 9], [0, 4], [3.5, 0], [7, 4], [7, 9], [0, 9]], np.float32)]
    cost = favourites(memory, [circle] * 98 + [house] * 2)
    assert cost[0] == pytest.approx(0.15) and 0 < cost[1] < 0.05 and cost[2] == 0


def test_handicapped_drawing_scores_less_and_is_stored_so() -> None:
    memory = Memory.of([shapes.house(), shapes.house()])
    behind = memory.handicapped(np.array([0.1, 0.0], np.float32))
    again = Memory.of_stored(replace(behind.stored(), provenance=()))
    ink = shapes.small(shapes.house())
    before = {find.drawing: find.score for find in memory.search(ink)}
    for after in (behind, again):
        finds = after.search(ink)
        assert [find.drawing for find in finds] == [1, 0]
        assert finds[1].score == pytest.approx(before[0] - 0.1, abs=1e-5)


def describe(path: Path, origins: Origins) -> tuple[int, int]:
    bundle = load_bundle(path)
    described = described_memory(bundle, origins)
    remember_instead(bundle, described)
    return len(described), sum(record.barred for record in described.provenance)


def _remembering(folder: Path) -> Path:
    return write_remembering_bundle(folder / "tiny", (shapes.ring(), shapes.house()))


def test_describe_memory_bars_a_drawing_and_keeps_all_others(tmp_path: Path) -> None:
    bundle = _remembering(tmp_path)
    ink = shapes.small(shapes.house())
    (best,) = {find.drawing for find in opened(bundle).search(ink, 1)}
    name = opened(bundle).provenance[best].item
    index = (bundle / "memory/index.npz").read_bytes()
    said = Origins(drawings={name: Said(title="A house", barred=True)})
    assert describe(bundle, said) == (2, 1)
    memory = opened(bundle)
    assert memory.provenance[best].title == "A house" and memory.barred[best]
    assert best not in {find.drawing for find in memory.search(ink)}
    assert best not in {find.drawing for find in memory.search(memory.drawing(best))}
    assert (bundle / "memory/index.npz").read_bytes() == index


def test_describe_memory_again_lets_a_barred_drawing_return(tmp_path: Path) -> None:
    bundle = _remembering(tmp_path)
    name = opened(bundle).provenance[0].item
    describe(bundle, Origins(drawings={name: Said(barred=True)}))
    assert describe(bundle, Origins()) == (2, 0)
    assert opened(bundle).search(shapes.ring())[0].drawing == 0


def test_describe_memory_of_an_unknown_drawing_names_it_and_changes_nothing(tmp_path: Path) -> None:
    bundle = _remembering(tmp_path)
    before = (bundle / "card.yaml").read_bytes()
    with pytest.raises(InputError, match="'owl': no such drawing"):
        describe(bundle, Origins(drawings={"owl": Said(barred=True)}))
    assert (bundle / "card.yaml").read_bytes() == before


def test_describe_memory_with_all_barred_is_refused(tmp_path: Path) -> None:
    bundle = _remembering(tmp_path)
    names = [record.item for record in opened(bundle).provenance]
    with pytest.raises(InputError, match="all 2 drawings"):
        describe(bundle, Origins(drawings={name: Said(barred=True) for name in names}))


def test_describe_memory_without_one_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="add-memory"):
        describe(write_bundle(tmp_path / "tiny"), Origins())
