"""`models prepare`, from a box of scans to a training set and back through a curator's edits."""

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from exhibit.contract import files
from models.collection import curation
from models.collection.curation import BY_CURATOR, CurationRow
from models.collection.dataset import DrawingDataset, data_sha256
from tests.models.collection.boxes_of_scans import prepared, run_prepare, write_scans
from tests.models.collection.drawings import blank_page, draw_face, draw_house, face_and_house


def rows_of(target: Path) -> dict[str, CurationRow]:
    return {row.item: row for row in curation.read_csv(target / "curation.csv")}


def edit(target: Path, *changed: CurationRow) -> None:
    rows = rows_of(target) | {row.item: row for row in changed}
    (target / "curation.csv").write_text(curation.to_csv(list(rows.values())))


def test_prepare_sets_aside_with_the_reason_and_keeps_the_figures(tmp_path) -> None:
    rows = rows_of(prepared(tmp_path))
    reasons = {item: row.reason.partition(":")[0] for item, row in rows.items()}
    assert reasons == {
        "both_1": "",
        "both_2": "",
        "other_1": "",
        "other_2": "",
        "twice_1": "duplicate of other_1",
        "twice_2": "duplicate of other_2",
        "empty": "blank",
        "painted": "coloured",
        "torn": "unreadable",
    }
    assert all(row.line_width_px > 0.4 for row in rows.values() if row.kept)


def test_prepare_writes_everything_a_curator_looks_at(tmp_path) -> None:
    target = prepared(tmp_path)
    sheets = {path.name for path in (target / "contact").iterdir()}
    assert sheets == {"kept-01.png", "set-aside-01.png", "pages-01.png"}
    description = json.loads((target / "dataset.json").read_text())
    assert description["framing"] == "figure"
    assert description["sha256"] == data_sha256(target)
    assert [item["file"] for item in description["items"]] == [
        "images/both_1.png",
        "images/both_2.png",
        "images/other_1.png",
        "images/other_2.png",
    ]


def test_prepare_of_the_data_set_obeys_the_curator(tmp_path) -> None:
    target = prepared(tmp_path)
    rows = rows_of(target)
    face = rows["both_1"]
    edit(
        target,
        rows["both_2"].decided("drop"),
        rows["painted"].decided("keep"),
        replace(face, right=face.left + 60, squaring="crop"),
    )
    assert run_prepare(target).exit_code == 0
    after = rows_of(target)
    assert (after["both_2"].decision, after["both_2"].reason) == ("drop", BY_CURATOR)
    assert {path.stem for path in (target / "images").iterdir()} == {
        "both_1",
        "other_1",
        "other_2",
        "painted",
    }
    page = cv2.imread(str(target / "pages" / "both.png"), cv2.IMREAD_GRAYSCALE)
    cut = page[face.top : face.bottom, face.left : face.left + 60]
    picture = cv2.imread(str(target / "images" / "both_1.png"), cv2.IMREAD_GRAYSCALE)
    assert (picture < 128).mean() == pytest.approx((cut < 128).mean(), rel=0.8)
    assert after["both_1"].ink_share != face.ink_share


def test_prepare_again_without_edits_changes_nothing(tmp_path) -> None:
    target = prepared(tmp_path)
    before = (target / "curation.csv").read_bytes(), data_sha256(target)
    assert run_prepare(target).exit_code == 0
    assert ((target / "curation.csv").read_bytes(), data_sha256(target)) == before


def test_prepare_with_more_scans_adds_them_and_keeps_decisions(tmp_path) -> None:
    target = prepared(tmp_path)
    edit(target, rows_of(target)["both_1"].decided("drop"))
    new = np.flipud(face_and_house())
    cv2.imwrite(str(tmp_path / "scans" / "new.png"), new)
    assert run_prepare(tmp_path / "scans", "-o", target).exit_code == 0
    rows = rows_of(target)
    assert not rows["both_1"].kept
    assert {"new_1", "new_2"} <= set(rows)


def test_prepare_by_drawing_keeps_the_sheet_whole(tmp_path) -> None:
    made = run_prepare(
        write_scans(tmp_path / "scans"), "-o", tmp_path / "set", "--framing", "drawing",
        "--resolution", 64, "--line-width", 0.1, 9, "--gutter", 0.5, "--exclude", "t*.png",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    rows = rows_of(tmp_path / "set")
    assert rows["both_1"].kept
    assert "both_2" not in rows
    assert rows["twice"].reason == "excluded by t*.png"


def test_prepare_dry_run_writes_nothing(tmp_path) -> None:
    made = run_prepare(write_scans(tmp_path / "scans"), "-o", tmp_path / "set", "--dry-run")
    assert made.exit_code == 0
    assert "set aside" in made.output
    assert not (tmp_path / "set").exists()


def test_prepare_zip_is_read_like_the_folder(tmp_path) -> None:
    target = prepared(tmp_path)
    assert run_prepare(target, "--zip", tmp_path / "set.zip").exit_code == 0
    assert len(DrawingDataset(tmp_path / "set.zip", 64, 1)) == 4
    assert data_sha256(tmp_path / "set.zip") == data_sha256(target)


def refused(result) -> str:
    assert result.exit_code == 2
    (line,) = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    return line


def test_prepare_with_bad_input_says_so_in_one_line(tmp_path) -> None:
    scans = write_scans(tmp_path / "scans")
    assert "no such folder" in refused(run_prepare(tmp_path / "absent", "-o", tmp_path / "set"))
    assert "-o DATASET" in refused(run_prepare(scans))
    busy = tmp_path / "busy"
    busy.mkdir()
    (busy / "thesis.doc").write_text("mine")
    assert "thesis.doc" in refused(run_prepare(scans, "-o", busy))
    assert "MIN below MAX" in refused(
        run_prepare(scans, "-o", tmp_path / "set", "--line-width", 3, 1)
    )


def test_prepare_of_a_data_set_that_cannot_be_obeyed_says_why(tmp_path) -> None:
    target = prepared(tmp_path)
    assert "made with --framing figure" in refused(run_prepare(target, "--framing", "drawing"))
    row = rows_of(target)["both_1"]
    edit(target, replace(row, right=9999))
    assert "'both_1': the box leaves its page of 400x300" in refused(run_prepare(target))
    edit(target, replace(row, left=0, top=0, right=12, bottom=12))
    assert "no ink in its box" in refused(run_prepare(target))


def test_prepare_that_keeps_nothing_says_where_to_look(tmp_path) -> None:
    scans = write_scans(tmp_path / "scans")
    result = run_prepare(scans, "-o", tmp_path / "set", "--line-width", 50, 60)
    assert "no item was kept; see contact/set-aside-01.png" in refused(result)
    assert (tmp_path / "set" / "curation.csv").is_file()


@pytest.mark.parametrize(
    "name",
    [b"Blatt_M\xfcller.png", b"x" * 251 + b".png", "ü".encode() * 125 + b".png", b"a\nb.png"],
)
def test_prepare_scan_of_any_name_is_prepared(tmp_path, name) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    whole = cv2.imencode(".png", face_and_house())[1].tobytes()
    Path(os.fsdecode(os.fsencode(scans) + b"/" + name)).write_bytes(whole)
    made = run_prepare(scans, "-o", tmp_path / "set", "--details", "heads", "--resolution", 64)
    assert made.exit_code == 0, made.output
    again = run_prepare(scans, "-o", tmp_path / "set")
    assert again.exit_code == 0, again.output
    rows = rows_of(tmp_path / "set")
    assert len({row.page_image for row in rows.values()}) == 1
    names = [path.name for path in (tmp_path / "set").rglob("*.png")]
    assert max(len(name.encode()) for name in names) < 150


def test_prepare_names_of_one_beginning_stay_apart(tmp_path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    for number in range(3):
        turned = np.rot90(face_and_house(), number)
        cv2.imwrite(str(scans / f"{'x' * 200}{number}.png"), turned)
    cv2.imwrite(str(scans / f"{'X' * 200}2.png"), face_and_house())
    made = run_prepare(scans, "-o", tmp_path / "set", "--resolution", 64)
    assert made.exit_code == 0, made.output
    pages = [path.name.casefold() for path in (tmp_path / "set" / "pages").iterdir()]
    assert len(set(pages)) == 4


def test_prepare_says_what_it_leaves_out_and_what_it_cannot_read(tmp_path) -> None:
    scans = write_scans(tmp_path / "scans")
    (scans / "letter.docx").write_bytes(b"PK")
    (scans / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    made = run_prepare(scans, "-o", tmp_path / "set", "--dry-run")
    assert "Left out, no pictures: 1 (letter.docx)" in made.output
    assert "IMG_1.HEIC: unreadable: damaged" in made.output


def test_prepare_on_a_disk_that_fills_up_leaves_nothing_half_done(tmp_path, monkeypatch) -> None:
    scans, written = write_scans(tmp_path / "scans"), []

    def full(draft, mode):
        written.append(draft)
        if len(written) > 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return create(draft, mode)

    create = files._create
    monkeypatch.setattr(files, "_create", full)
    assert "No space left on device" in refused(run_prepare(scans, "-o", tmp_path / "new" / "set"))
    assert len(written) == 6
    assert not (tmp_path / "new").exists()


def test_prepare_without_room_is_refused_before_anything_is_read(tmp_path, monkeypatch) -> None:
    scans = write_scans(tmp_path / "scans")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    assert "0 MB are free" in refused(run_prepare(scans, "-o", tmp_path / "set"))


def test_prepare_into_the_folder_of_its_scans_touches_nothing_there(tmp_path) -> None:
    scans = write_scans(tmp_path / "box" / "images")
    before = sorted(path.name for path in scans.iterdir())
    assert "not empty" in refused(run_prepare(scans, "-o", tmp_path / "box"))
    assert sorted(path.name for path in scans.iterdir()) == before


def framed_face(height: int = 400, width: int = 400) -> np.ndarray:
    page = blank_page(height, width)
    cv2.rectangle(page, (40, 30), (width - 40, height - 30), 0, 3)
    draw_face(page, width // 2, 150, 70)
    cv2.line(page, (width // 2, 290), (width // 2, height - 30), 0, 3)
    return page


def test_prepare_keeps_a_framed_figure_and_sets_empty_frames_and_lettering_aside(tmp_path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    cv2.imwrite(str(scans / "framed.png"), framed_face())
    empty = blank_page(400, 400)
    cv2.rectangle(empty, (40, 30), (360, 370), 0, 3)
    cv2.imwrite(str(scans / "empty.png"), empty)
    title = blank_page(160, 700)
    cv2.putText(title, "LAUGHABLE LYRICS", (40, 100), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 5)
    cv2.imwrite(str(scans / "title.png"), title)
    for framing in ("figure", "drawing"):
        target = tmp_path / framing
        made = run_prepare(
            scans, "-o", target, "--resolution", 128, "--framing", framing, "--line-width", 0.1, 9
        )
        assert made.exit_code == 0, made.output
        kept = {row.source for row in rows_of(target).values() if row.kept}
        assert "framed.png" in kept and "title.png" not in kept
        if framing == "figure":
            assert kept == {"framed.png"}


def hatched(scale: int) -> np.ndarray:
    page = blank_page()
    draw_face(page, 200, 110, 80)
    for step in range(12):
        start, end = (150 + 8 * step, 60 + 3 * step), (140 + 9 * step, 130 + 2 * step)
        cv2.line(page, start, end, 0, 2)
    draw_house(page, 150, 200, 80)
    return cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)


def test_prepare_of_two_scans_of_one_drawing_keeps_the_larger(tmp_path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    for name, scale in (("1-small", 1), ("2-large", 2), ("3-again", 1)):
        cv2.imwrite(str(scans / f"{name}.png"), hatched(scale))
    target = tmp_path / "set"
    made = run_prepare(scans, "-o", target, "--resolution", 64, "--details", "heads")
    assert made.exit_code == 0, made.output
    rows = rows_of(target)
    assert {row.source for row in rows.values() if row.kept} == {"2-large.png"}
    assert rows["1-small_1"].reason == rows["3-again_1"].reason == "duplicate of 2-large_1"
    kept = {row.item for row in rows.values() if row.kept}
    assert {path.stem for path in (target / "images").iterdir()} == kept


def test_prepare_larger_scan_of_what_a_curator_kept_leaves_it(tmp_path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    cv2.imwrite(str(scans / "1.png"), hatched(1))
    target = tmp_path / "set"
    assert run_prepare(scans, "-o", target, "--resolution", 64).exit_code == 0
    cv2.imwrite(str(scans / "2.png"), hatched(2))
    assert run_prepare(scans, "-o", target).exit_code == 0
    assert {row.source for row in rows_of(target).values() if row.kept} == {"1.png"}


def test_prepare_leaves_its_scans_alone(tmp_path) -> None:
    scans, archive = tmp_path / "scans", tmp_path / "scans.zip"
    write_scans(scans)
    shutil.make_archive(str(tmp_path / "scans"), "zip", scans)
    before = archive.read_bytes()
    over = run_prepare(archive, "-o", tmp_path / "lear", "--zip", archive)
    assert over.exit_code == 2 and "scans.zip: would overwrite what this" in over.output
    # The next call would take its own pages for scans.
    within = run_prepare(scans, "-o", scans / "lear")
    assert within.exit_code == 2 and f"lear: lies in {scans}" in within.output
    folder = run_prepare(scans, "-o", tmp_path / "lear", "--zip", scans)
    assert folder.exit_code == 2 and "is a directory" in folder.output
    assert archive.read_bytes() == before and not (tmp_path / "lear").exists()
