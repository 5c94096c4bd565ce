"""A bundle's memory is read as it was written, or refused with the name of the file."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.bundle import load_bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.memory import Provenance
from exhibit.recall import Memory, open_memory
from exhibit.recall.memory import decoded, encoded
from tests.exhibit.recall import shapes
from tests.fakes.bundle import write_bundle, write_card
from tests.fakes.meaning import tiny_meanings
from tests.fakes.memory import name_memory, write_remembering_bundle

DRAWINGS = (shapes.ring(), shapes.house(), shapes.wave())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_remembering_bundle(tmp_path_factory.mktemp("bundles") / "tiny", DRAWINGS)


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "tiny"))


def opened(folder: Path) -> Memory | None:
    return open_memory(load_bundle(folder))


def test_open_memory_written_drawings_come_back_without_loss(written: Path) -> None:
    memory = opened(written)
    assert memory is not None and len(memory) == len(DRAWINGS)
    for row, drawing in enumerate(DRAWINGS):
        np.testing.assert_array_equal(memory.drawing(row), drawing)
    assert memory.provenance[1].label == "Drawing 1"


def test_open_memory_finds_what_the_memory_that_was_written_finds(written: Path) -> None:
    ink = shapes.small(shapes.house())
    memory = opened(written)
    before = Memory.of(DRAWINGS, (), tiny_meanings(DRAWINGS))
    assert memory is not None
    found, expected = memory.search(ink), before.search(ink)
    assert [find.drawing for find in found] == [find.drawing for find in expected]
    np.testing.assert_allclose(
        [find.score for find in found], [find.score for find in expected], atol=1e-5
    )


def test_open_memory_bundle_of_format_1_has_none(tmp_path: Path) -> None:
    assert opened(write_bundle(tmp_path / "tiny")) is None


def test_open_memory_without_drawings_is_as_format_1(tmp_path: Path) -> None:
    assert opened(write_remembering_bundle(tmp_path / "tiny", ())) is None


def test_open_memory_drawings_are_read_only(written: Path) -> None:
    memory = opened(written)
    assert memory is not None
    with pytest.raises(ValueError, match="read-only"):
        memory.drawing(0)[:] = 0


def lose_a_drawing(folder: Path) -> None:
    arrays = dict(np.load(folder / "memory/drawings.npz"))
    ends = arrays["ends"]
    np.savez(folder / "memory/drawings.npz", encoded=arrays["encoded"][: ends[-2]], ends=ends[:-1])


def spoil_a_drawing(folder: Path) -> None:
    arrays = dict(np.load(folder / "memory/drawings.npz"))
    arrays["encoded"][arrays["ends"][0] :][:64] = 0
    np.savez(folder / "memory/drawings.npz", **arrays)


def shift_the_ends(folder: Path) -> None:
    arrays = dict(np.load(folder / "memory/drawings.npz"))
    np.savez(folder / "memory/drawings.npz", encoded=arrays["encoded"], ends=arrays["ends"] + 9)


def lose_ends(folder: Path) -> None:
    np.savez(folder / "memory/drawings.npz", encoded=np.zeros(3, np.uint8))


def shorten_the_index(folder: Path) -> None:
    arrays = dict(np.load(folder / "memory/index.npz"))
    np.savez(folder / "memory/index.npz", **(arrays | {"codes": arrays["codes"][:-1]}))


def lose_an_array(folder: Path) -> None:
    arrays = dict(np.load(folder / "memory/index.npz"))
    del arrays["inked"]
    np.savez(folder / "memory/index.npz", **arrays)


def write_no_arrays(folder: Path) -> None:
    (folder / "memory/index.npz").write_bytes(b"PK nothing of the kind")


def forget_where_from(folder: Path) -> None:
    records = json.loads((folder / "memory/provenance.json").read_text())
    (folder / "memory/provenance.json").write_text(json.dumps(records[:-1]))


def write_no_records(folder: Path) -> None:
    (folder / "memory/provenance.json").write_text('[{"item": 3}]')


def make_a_detail_of_nothing(folder: Path) -> None:
    records = json.loads((folder / "memory/provenance.json").read_text())
    records[0]["detail_of"] = 7
    (folder / "memory/provenance.json").write_text(json.dumps(records))


def spoil_the_network(folder: Path) -> None:
    (folder / "memory/meaning.onnx").write_bytes(b"something else")


def forget_what_is_meant(folder: Path) -> None:
    arrays = dict(np.load(folder / "memory/index.npz"))
    del arrays["meanings"]
    np.savez(folder / "memory/index.npz", **arrays)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lose_a_drawing, r"provenance\.json: tells of 3 drawings, expected 2"),
        (spoil_a_drawing, r"drawings\.npz: drawing 1 \(drawing-1\) is unreadable"),
        (shift_the_ends, r"drawings\.npz: ends do not divide the \d+ bytes"),
        (lose_ends, r"drawings\.npz: 'ends' is missing"),
        (shorten_the_index, r"index\.npz: codes is float32 \(2, \d+\), expected float32 \(3, "),
        (lose_an_array, r"index\.npz: 'inked' is missing"),
        (write_no_arrays, r"index\.npz: not readable"),
        (forget_where_from, r"provenance\.json: tells of 2 drawings, expected 3"),
        (write_no_records, r"provenance\.json: 0\.item"),
        (spoil_the_network, r"meaning\.onnx: not a network of meaning"),
        (
            forget_what_is_meant,
            r"index\.npz: meanings is float32 \(0,\), expected float32 \(3, 2, ",
        ),
        (make_a_detail_of_nothing, r"provenance\.json: drawing 0 is a detail of 7"),
    ],
)
def test_open_memory_damaged_names_the_file(
    folder: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(folder)
    name_memory(folder)
    with pytest.raises(BundleError, match=message):
        opened(folder)


def test_load_bundle_of_format_4_names_the_card(folder: Path) -> None:
    write_card(folder, "tiny", "feature", format=4)
    with pytest.raises(
        BundleError, match=r"card\.yaml: format: Input should be 1, 2 or 3 \(got 4\)"
    ):
        load_bundle(folder)


def test_load_bundle_of_format_1_with_a_folder_is_refused(folder: Path) -> None:
    name_memory(folder, format=1)
    with pytest.raises(BundleError, match="must not contain a folder"):
        load_bundle(folder)


def test_open_memory_part_of_the_files_named_is_refused(folder: Path) -> None:
    card = name_memory(folder) / "card.yaml"
    lines = card.read_text().splitlines(keepends=True)
    card.write_text("".join(line for line in lines if "memory/index.npz" not in line))
    with pytest.raises(BundleError, match=r"card\.yaml: files lists no 'memory/index\.npz'"):
        opened(folder)


def test_open_memory_without_a_network_goes_by_shape(folder: Path) -> None:
    (folder / "memory/meaning.onnx").unlink()
    name_memory(folder)
    memory = opened(folder)
    assert memory is not None
    assert memory.search(shapes.small(shapes.house()))[0].drawing == 1


@pytest.mark.parametrize("picture", [b"", b"no picture at all"])
def test_decoded_unreadable_is_none(picture: bytes) -> None:
    assert decoded(picture) is None


def test_encoded_drawing_comes_back() -> None:
    rng = np.random.default_rng(0)
    drawing = rng.integers(0, 255, (64, 64)).astype(np.uint8)
    np.testing.assert_array_equal(decoded(encoded(drawing)), drawing)


def test_open_memory_of_which_all_is_barred_is_none(folder: Path) -> None:
    file = folder / "memory/provenance.json"
    records = [record | {"barred": True} for record in json.loads(file.read_text())]
    file.write_text(json.dumps(records))
    name_memory(folder)
    assert opened(folder) is None


def test_search_drawing_with_letters_is_never_turned_over() -> None:
    drawing = shapes.house()
    turned = np.ascontiguousarray(shapes.small(drawing)[:, ::-1])
    drawings = [drawing, shapes.wave()]
    for lettered in (False, True):
        records = [
            Provenance(item="a", source="", lettered=lettered),
            Provenance(item="b", source=""),
        ]
        finds = Memory.of(drawings, records).search(turned)
        hands = {find.mirrored for find in finds if find.drawing == 0}
        assert (True in hands) is not lettered
