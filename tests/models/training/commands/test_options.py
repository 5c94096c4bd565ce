"""A queue gives the same command again after a machine failed: it goes on, and begins only once."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from models.training.commands.options import folder_options


@click.command()
@folder_options("sheets")
@click.option("--from", "start")
def train(folder: Path, resume: bool, start: str | None) -> None:
    click.echo(f"{folder.name} {resume} {start}")


@pytest.mark.parametrize(
    ("holds", "words", "does"),
    [
        ("", ["--begin-or-resume", "--from", "a.pt"], "run False a.pt"),
        ("latest.pt", ["--begin-or-resume", "--from", "a.pt"], "run True None"),
        ("previous.pt", ["--begin-or-resume"], "run True None"),
        ("latest.pt", ["--from", "a.pt"], "run False a.pt"),
        ("latest.pt", ["--resume"], "run True None"),
    ],
)
def test_begin_or_resume_goes_on_where_there_is_a_run(
    tmp_path: Path, holds: str, words: list[str], does: str
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    if holds:
        (folder / holds).touch()
    said = CliRunner().invoke(train, ["-o", str(folder), *words])
    assert said.output == f"{does}\n"
