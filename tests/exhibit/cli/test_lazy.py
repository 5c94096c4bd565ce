"""What a person can act on is one line, whatever a command's file is called or its disk says."""

import errno
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from exhibit.cli.lazy import LazyGroup
from exhibit.contract.errors import InputError


def fails(error: BaseException) -> None:
    @click.command()
    def command() -> None:
        raise error

    globals()["command"] = command


def said(error: BaseException) -> str:
    fails(error)
    group = LazyGroup("tool", commands_by_name={"do": f"{__name__}:command"})
    result = CliRunner().invoke(group, ["do"])
    assert result.exit_code == 2
    return result.output


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EFBIG])
def test_lazy_full_disk_without_a_name_is_one_line(number: int) -> None:
    assert said(OSError(number, os.strerror(number))) == f"Error: {os.strerror(number)}\n"


def test_lazy_error_of_a_file_names_it() -> None:
    assert said(OSError(errno.EACCES, "denied", "card.yaml")) == "Error: card.yaml: denied\n"


def test_lazy_name_of_latin_1_bytes_does_not_end_the_line() -> None:
    assert "M\ufffdller.png: no picture" in said(InputError("M\udcfcller.png: no picture"))


def test_lazy_fault_of_ours_is_not_hidden() -> None:
    fails(OSError("could not"))
    group = LazyGroup("tool", commands_by_name={"do": f"{__name__}:command"})
    assert isinstance(CliRunner().invoke(group, ["do"]).exception, OSError)


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        ("import no_such_package", "pip install -e ."),
        (
            "raise ImportError('libGL.so.1: cannot open shared object file')",
            "sudo apt install libgl1",
        ),
    ],
)
def test_lazy_library_that_is_missing_is_one_line_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, remedy: str
) -> None:
    (tmp_path / "needs_more.py").write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    group = LazyGroup("tool", commands_by_name={"do": "needs_more:command"})
    result = CliRunner().invoke(group, ["do"])
    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith("Error: 'do' cannot be loaded: ")
    assert result.output.splitlines()[-1].endswith(remedy)
