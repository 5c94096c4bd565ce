"""`exhibit draw`: any drawing in, a picture out, or one clear line and exit code 2."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from exhibit.cli import main
from exhibit.contract.values import Gray
from tests.fakes.bundle import RESOLUTION, add_appearance, write_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


def draw(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["draw", *map(str, arguments)])


def drawing(width: int = 300, height: int = 200, paper: int = 255, line: int = 0) -> Gray:
    image = np.full((height, width), paper, np.uint8)
    cv2.circle(image, (width // 2, height // 2), height // 3, line, max(2, height // 40))
    return image


def save(path: Path, image: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), image)
    return path


def load(path: Path) -> Gray:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return np.asarray(image, np.uint8)


def test_draw_any_depth_and_size_gives_the_same_picture(tmp_path: Path, bundle: Path) -> None:
    grey = drawing()
    colour = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    clear = np.dstack([np.zeros((*grey.shape, 3), np.uint8), 255 - grey])
    inks = {
        "grey": grey,
        "colour": colour,
        "deep": grey.astype(np.uint16) * 257,
        "clear": clear,
        "faint": drawing(paper=235, line=180),
    }
    pictures = {}
    for name, image in inks.items():
        out = tmp_path / f"{name}-out.png"
        result = draw(save(tmp_path / f"{name}.png", image), "-o", out, "--bundle", bundle)
        assert result.exit_code == 0, result.output
        pictures[name] = load(out)
        assert pictures[name].shape == (RESOLUTION, RESOLUTION)
    for name in inks:
        np.testing.assert_array_equal(pictures[name], pictures["grey"], err_msg=name)


def test_draw_picture_follows_the_line(tmp_path: Path, bundle: Path) -> None:
    ink = save(tmp_path / "ink.png", drawing(640, 640))
    out = tmp_path / "new" / "out.png"
    assert draw(ink, "-o", out, "--bundle", bundle).exit_code == 0
    small = cv2.resize(drawing(640, 640), (RESOLUTION, RESOLUTION), interpolation=cv2.INTER_AREA)
    picture = load(out)
    assert picture[small < 100].mean() < picture[small == 255].mean() - 40


def test_draw_photograph_lying_on_its_side_is_answered_upright(
    tmp_path: Path, bundle: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.fromarray(np.ascontiguousarray(np.rot90(drawing())))
    answers = []
    for name, image in (("upright", Image.fromarray(drawing())), ("lying", lying)):
        for suffix in ("png", "tif"):
            ink, out = tmp_path / f"{name}.{suffix}", tmp_path / f"{name}-{suffix}.out.png"
            image.save(ink, **({"exif": exif} if name == "lying" else {}))
            assert draw(ink, "-o", out, "--bundle", bundle).exit_code == 0
            answers.append(load(out))
    assert all(np.array_equal(answer, answers[0]) for answer in answers)


def test_draw_drawing_of_any_name_is_answered(tmp_path: Path, bundle: Path) -> None:
    inks = tmp_path / "inks"
    inks.mkdir()
    whole = cv2.imencode(".png", drawing())[1].tobytes()
    for name in (b"Blatt_M\xfcller.png", b"line\nbreak.png", b"no suffix", b"x" * 251 + b".png"):
        Path(os.fsdecode(os.fsencode(inks) + b"/" + name)).write_bytes(whole)
    result = draw(inks, "-o", tmp_path / "out", "--bundle", bundle)
    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_draw_psi_and_direction_change_the_picture(tmp_path: Path, bundle: Path) -> None:
    ink = save(tmp_path / "ink.png", drawing())
    pictures = []
    for options in ([], ["--psi", 0.3], ["--direction", "taller=2", "--direction", "darker=-1"]):
        assert draw(ink, "-o", tmp_path / "o.png", "--bundle", bundle, *options).exit_code == 0
        pictures.append(load(tmp_path / "o.png").astype(int))
    assert np.abs(pictures[1] - pictures[0]).max() > 5
    assert np.abs(pictures[2] - pictures[0]).max() > 5


def test_draw_an_appearance_goes_to_the_ink_or_the_part_that_is_named(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "tiny", "feature")
    add_appearance(folder)
    ink = save(tmp_path / "ink.png", drawing(300, 300))
    pictures = []
    for options in ([], ["--direction", "shaded=1"], ["--direction", "shaded@left=1"]):
        assert draw(ink, "-o", tmp_path / "o.png", "--bundle", folder, *options).exit_code == 0
        pictures.append(load(tmp_path / "o.png").astype(int))
    inked, left = (pictures[0] - picture > 5 for picture in pictures[1:])
    assert inked[16, 16] and inked[16, 12] and not inked[5:9, 1].any()
    assert left[5:-5, :16].mean() > 0.9 and not left[:, 16:].any()
    wrong = draw(ink, "-o", tmp_path / "o.png", "--bundle", folder, "--direction", "shaded@hat=1")
    assert wrong.exit_code == 2 and "no part 'hat'" in wrong.output


def test_draw_only_the_figure_is_paper_around_what_is_drawn(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "tiny", "feature")
    ink = save(tmp_path / "ink.png", drawing(300, 300))
    options = ("-o", tmp_path / "o.png", "--bundle", folder, "--only-figure")
    assert draw(ink, *options).exit_code == 0
    plain = write_bundle(tmp_path / "plain", "w_plus")
    refused = draw(ink, "-o", tmp_path / "o.png", "--bundle", plain, "--only-figure")
    assert refused.exit_code == 2 and "has no feature map" in refused.output


def test_draw_folder_gives_a_folder(tmp_path: Path, bundle: Path) -> None:
    inks = tmp_path / "inks"
    inks.mkdir()
    save(inks / "a.png", drawing())
    save(inks / "b.jpg", drawing(100, 100))
    (inks / "notes.txt").write_text("not a picture")
    result = draw(inks, "-o", tmp_path / "out", "--bundle", bundle)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--direction", "taler=1"], "nearest: 'taller'"),
        (["--direction", "taller"], "expected NAME=STRENGTH"),
        (["--direction", "taller=much"], "expected NAME=STRENGTH"),
        (["--psi", "9"], "0<=x<=1.5"),
        (["--bundle", "nobody"], "bundle 'nobody' not found"),
        (["-o", "out.gif"], "ends in '.gif'"),
    ],
)
def test_draw_wrong_option_is_one_line_and_exit_2(
    tmp_path: Path, bundle: Path, options: list[str], message: str
) -> None:
    ink = save(tmp_path / "ink.png", drawing())
    result = draw(ink, "-o", tmp_path / "o.png", "--bundle", bundle, *options)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "o.png").exists()


def test_draw_unusable_ink_is_one_line_and_exit_2(tmp_path: Path, bundle: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("hello")
    dark = save(tmp_path / "dark.png", 255 - drawing())
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, message in (
        (text, "damaged, or no picture of a known kind"),
        (dark, "expected dark lines on light paper"),
        (empty, "no pictures in this folder"),
        (tmp_path / "missing.png", "does not exist"),
    ):
        result = (
            draw(path, "-o", tmp_path / "o", "--bundle", bundle)
            if path == empty
            else draw(path, "-o", tmp_path / "o.png", "--bundle", bundle)
        )
        assert result.exit_code == 2
        assert message in result.output


def test_draw_of_a_folder_names_what_cannot_be_read_and_answers_the_rest(
    tmp_path: Path, bundle: Path
) -> None:
    folder = tmp_path / "drawings"
    folder.mkdir()
    (folder / "a.png").write_text("hello")
    save(folder / "b.png", drawing())
    save(folder / "c.png", 255 - drawing())
    result = draw(folder, "-o", tmp_path / "out", "--bundle", bundle)
    assert result.exit_code == 2
    assert "a.png: damaged, or no picture" in result.output and "c.png: half of" in result.output
    assert result.output.endswith("1 of 3 drawings are answered\n")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.png"]


def test_draw_never_overwrites_a_drawing_or_its_own_answer(tmp_path: Path, bundle: Path) -> None:
    ink = save(tmp_path / "cat.png", drawing())
    refused = draw(ink, "-o", ink, "--bundle", bundle)
    assert "would overwrite what this command reads" in refused.output
    assert draw(tmp_path, "-o", tmp_path, "--bundle", bundle).exit_code == 2
    save(tmp_path / "cat.jpg", drawing())
    # By name it lies between the two.
    save(tmp_path / "cat.new.png", drawing())
    result = draw(tmp_path, "-o", tmp_path / "out", "--bundle", bundle)
    assert result.exit_code == 2
    assert "would both become" in result.output


def test_draw_damaged_bundle_names_the_file(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "tiny")
    (bundle / "generator.onnx").write_bytes(b"other")
    ink = save(tmp_path / "ink.png", drawing())
    result = draw(ink, "-o", tmp_path / "o.png", "--bundle", bundle)
    assert result.exit_code == 2
    assert "generator.onnx: SHA-256 is" in result.output
    assert len(result.output.strip().splitlines()) == 1
