"""What lies in a file's place may be no file: nothing may wait for it, or read it without end."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from exhibit.contract.files import PRIVATE, append_line, make_private, write_whole
from exhibit.contract.plain_files import (
    LARGEST_BYTES,
    open_plain,
    plain_bytes,
    plain_text,
    real_path,
)
from exhibit.contract.settings.file import load_usable_config
from exhibit.contract.settings.schema import Config
from tests.fakes.odd_files import ODD_FILES, lay_odd_file

EXHIBIT = Path(__file__).resolve().parents[3] / "exhibit"
OTHERS_READ = {
    "contract/board.py",  # files of the run folder, in memory
    "contract/notice.py",
    "contract/run_folders.py",
    "contract/settings/published.py",
    "contract/slot.py",
    "stage/opened.py",
    "stage/opengl.py",  # files of this package
    "camera/simulated/sketches.py",
    "operator/pages/rendering.py",
    "web/server.py",
    "supervisor/last_run.py",  # files of the kernel
    "supervisor/resources.py",
    "supervisor/silence.py",
}


@pytest.mark.parametrize("kind", ODD_FILES)
def test_plain_files_refuse_what_is_none_and_say_what_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "notes.txt"
    lay_odd_file(path, kind)
    for read in (open_plain, plain_bytes, plain_text):
        with pytest.raises(OSError, match=ODD_FILES[kind]) as caught:
            read(path)
        # What is missing may be made anew; what is there is somebody's.
        assert not isinstance(caught.value, FileNotFoundError)


def test_plain_files_are_missing_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        plain_text(tmp_path / "notes.txt")


def test_plain_files_on_a_disk_that_is_not_there_are_not_missing(tmp_path: Path) -> None:
    (tmp_path / "state").symlink_to(tmp_path / "not-mounted")
    with pytest.raises(OSError, match="a link to nothing") as caught:
        plain_text(tmp_path / "state" / "access.json")
    assert not isinstance(caught.value, FileNotFoundError)


def test_real_path_of_a_loop_is_a_path(tmp_path: Path) -> None:
    """`Path.resolve` raises what nobody catches, and no table started whose config.yaml was one."""
    lay_odd_file(tmp_path / "config.yaml", "loop")
    assert real_path(tmp_path / "config.yaml").parent == real_path(tmp_path)
    config, complaints = load_usable_config(tmp_path / "config.yaml", tmp_path / "last-good.yaml")
    assert config.state_dir == tmp_path / Config().state_dir
    assert "symbolic links" in complaints[0]


def test_plain_text_is_read_as_by_any_other_reader(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes("älter\r\nnewer\n".encode())
    assert plain_text(path) == "älter\nnewer\n"
    assert plain_bytes(path) == path.read_bytes()
    with pytest.raises(UnicodeDecodeError):
        plain_text(path, encoding="ascii")
    assert plain_text(path, encoding="ascii", errors="replace").endswith("lter\nnewer\n")


def test_plain_files_of_a_terabyte_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    for read in (plain_bytes, plain_text):
        with pytest.raises(OSError, match=f"larger than {LARGEST_BYTES >> 20} MiB"):
            read(path)


@pytest.mark.parametrize("kind", ["pipe", "device", "socket", "folder", "loop"])
def test_files_are_not_written_into_what_is_none(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "notes.txt"
    lay_odd_file(path, kind)
    with pytest.raises(OSError):
        append_line(path, "{}", PRIVATE)
    with pytest.raises(OSError):
        make_private(path) if kind != "loop" else append_line(path, "{}", PRIVATE)


@pytest.mark.parametrize("kind", [kind for kind in ODD_FILES if kind != "folder"])
def test_write_whole_puts_a_file_in_the_place_of_what_is_none(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "notes.txt"
    lay_odd_file(path, kind)
    write_whole(path, "text", PRIVATE)
    assert plain_text(path) == "text"
    assert not path.is_symlink()


def test_everything_that_a_person_can_replace_is_read_as_a_plain_file() -> None:
    """Elsewhere a pipe in a file's place would hang what reads it."""
    found = {str(file.relative_to(EXHIBIT)) for file in EXHIBIT.rglob("*.py") if any(_reads(file))}
    assert found - OTHERS_READ == set()


def _reads(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(attr="read_text" | "read_bytes"):
                yield node
            case ast.Name(id="open") | ast.Attribute(attr="open") if _to_read(node):
                yield node


def _to_read(call: ast.Call) -> bool:
    modes = [each.value for each in call.args if isinstance(each, ast.Constant)]
    return any(mode in ("r", "rb", "r+b", "rb+") for mode in modes)


def test_odd_files_are_what_they_are_called(tmp_path: Path) -> None:
    for kind in ODD_FILES:
        lay_odd_file(tmp_path / kind, kind)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(ODD_FILES)
