"""Whatever lies where a command expects a file, it answers in one line, never with a traceback;
and each says before it begins what it would cost, or what it would do.

Every command of `models` is given a folder, an empty file and one of other bytes in the place of
each of its files in turn, while the others are as they should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from models.cli import main
from models.diffusion import pca
from models.directions.classifier import Classifier, save_classifier
from models.directions.result import DirectionSet, write_directions
from models.saved.checkpoint import ENCODER, write_checkpoint
from tests.exhibit.cli.test_numbers import numbers_without_ends
from tests.exhibit.recall import shapes
from tests.fakes.memory import write_remembering_bundle
from tests.models.collection.boxes_of_scans import prepared
from tests.models.diffusion.subjects import tiny_subject, tiny_walk, write_denoiser
from tests.models.export.bundles import measured_direction, write_small_bundle
from tests.models.hands import small_hand, write_drawings, write_gan, write_sketches
from tests.models.redrawn import write_heads, write_redrawn
from tests.models.structure.networks import write_control, write_landmark_network

ODD = ("folder", "empty", "bytes", "missing", "below a file")
_OUTPUTS = frozenset({"out", "output", "archive", "json_path", "html_dir", "sheet"})
_HAS_NO_DRY_RUN = frozenset({"curate"})
"""It opens a page, and writes what is clicked there."""
_SMALL = {
    "portraits": ("--count", "9", "--resolution", "32"),
    "train-ink-judge": ("--pages", "1", "--passes", "2"),
    "safe-range": ("--codes", "2"),
    "localized": ("--samples", "40", "--components", "4", "--side", "8", "--alpha", "0.01"),
    "panda": ("--appearances", "4", "--parts", "2", "--samples", "4", "--count", "2"),
    "recall-sheet": ("--count", "1"),
    "control": ("--samples", "100", "--changes", "1"),
    "evaluate": ("--samples", "24", "--parts", "eyes", "--local-samples", "1"),
}
_SUIT = {
    "add-directions": {"folder": "ranged"},
    "add-memory": {"dataset": "prepared"},
    "classifier": {"dataset": "heads"},
    "concepts": {"folder": "map"},
    "condition": {"folders": "two", "name": "first", "others": "second"},
    "landmarks": {"dataset": "factorial"},
    "describe-memory": {"bundle": "remembering"},
    "export": {"checkpoint": "hand"},
    "make": {"checkpoint": "hand"},
    "name": {"folder": "ranged"},
    "portraits": {"folder": "new"},
    "recall-sheet": {"bundle": "remembering"},
    "renew-graphs": {"checkpoint": "hand"},
    "tensor": {"checkpoint": "redrawn", "heads": "factorial"},
}
_OF_A_DENOISER = {
    "condition": {"folders": "h", "name": "one", "others": "other"},
    "safe-range": {"folder": "h", "dataset": "heads"},
    "sheet": {"folders": "h"},
    "evaluate": {"dataset": "heads"},
}
"""What the commands of `models diffuse` take beside a denoiser."""
_FEW = {
    "condition": ("--samples", "4"),
    "jacobian": ("--samples", "4", "--count", "1", "--angle", "0.5"),
}
_TRIED_ELSEWHERE = frozenset(
    [
        "average",
        "compact",
        "import-psp",
        "import-stylegan2",
        "prepare",
        "train-diffusion",
        "train-encoder",
        "train-gan",
    ]
)
_READS_NO_FILE = frozenset({"portraits", "train-ink-judge"})
"""Their folders are where they write to."""


@dataclass(frozen=True)
class Case:
    """A command, which of its files is odd, and everything that it takes."""

    command: tuple[str, ...]
    odd: str
    takes: tuple[click.Parameter, ...]

    def __str__(self) -> str:
        return f"{' '.join(self.command)}: {self.odd}"


def _commands(
    group: click.Group, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, (*above, name))
        else:
            yield (*above, name), command


def test_every_number_of_a_command_is_finite_and_has_an_end():
    assert list(numbers_without_ends(main)) == []


def _cases() -> Iterator[Case]:
    for name, command in _commands(main):
        if name[-1] in _READS_NO_FILE:
            continue
        for parameter in command.params:
            inside = isinstance(parameter.type, click.Path) and parameter.name not in _OUTPUTS
            if inside and parameter.name is not None:
                yield Case(name, parameter.name, tuple(command.params))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Small files that commands can use, by the name of the parameter that takes them."""
    folder = tmp_path_factory.mktemp("good")
    gan, drawings = write_gan(folder / "gan.pt"), write_drawings(folder / "drawings")
    hand, work = _write_hand(folder / "hand.pt"), folder / "work"
    (folder / "provenance.json").write_text("[]")
    judge = folder / "judge.safetensors"
    save_classifier(Classifier(("one", "two")), judge)
    sefa = ["directions", "sefa", "--checkpoint", str(gan), "-o", str(work), "--count", "1"]
    assert CliRunner().invoke(main, sefa).exit_code == 0
    return {
        "checkpoint": gan,
        "classifier": judge,
        "denoiser": write_denoiser(folder / "denoiser.pt"),
        "hand": hand,
        "checkpoints": gan,
        "gan": gan,
        "start": gan,
        "network": gan,
        "heads": drawings,
        "landmark_file": write_landmark_network(folder / "landmarks.pt"),
        "control_file": write_control(folder / "control.pt"),
        "dataset": drawings,
        "drawings": drawings,
        "memory": drawings,
        "source": drawings / "images",
        "sketches": write_sketches(folder / "sketches.ndjson"),
        "bundle": write_small_bundle(folder / "bundle"),
        "provenance": folder / "provenance.json",
        "folder": work,
        "folders": work,
        "name": "odd",
        "artist": "nobody",
        "collection": "made up",
        "licence": "Apache-2.0",
        "others": "sefa-1",
        "region": "4,4,8,8",
    }


def _write_hand(path: Path) -> Path:
    """A checkpoint as models train-encoder writes it."""
    hand = small_hand()
    saved = {
        "encoder_config": hand.inverter.config.to_dict(),
        "generator_config": hand.generator.config.to_dict(),
        "inverter_ema": hand.inverter.state_dict(),
        "generator_ema": hand.generator.state_dict(),
        "pictures_seen": 0,
    }
    write_checkpoint(path, ENCODER, saved)
    return path


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What nobody can use, by what it is."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "folder").mkdir()
    (folder / "empty").touch()
    (folder / "bytes").write_bytes(bytes(range(256)) * 20)
    return {
        **{name: folder / name for name in ("folder", "empty", "bytes", "missing")},
        "below a file": folder / "bytes" / "x",
    }


def _arguments(case: Case, kind: Path, good: dict[str, Any], out: Path) -> list[str]:
    found: list[str] = []
    for parameter in case.takes:
        name = str(parameter.name)
        needed = parameter.required or name in (case.odd, "gan")
        value = good.get(name) if needed else None
        if (
            name == "checkpoint"
            and case.odd
            and (case.command[0] == "bundle" or case.odd == "sketches")
        ):
            value = good["hand"]
        if name == "checkpoint" and case.odd and case.command[0] == "diffuse":
            value = good["denoiser"]
        if name == case.odd:
            value = kind
        elif name in _OUTPUTS and parameter.required:
            value = out / f"{name}"
        elif name == "dry_run":
            found.append("--dry-run")
            continue
        if value is None:
            continue
        if isinstance(parameter, click.Option):
            found += [parameter.opts[0], str(value)]
        else:
            found.append(str(value))
    return found


@pytest.mark.parametrize("case", list(_cases()), ids=str)
def test_command_given_an_odd_file_says_so_in_one_line(
    case: Case, good: dict[str, Any], odd: dict[str, Path], tmp_path: Path
) -> None:
    for what in ODD:
        arguments = _arguments(case, odd[what], good, tmp_path)
        ended = CliRunner().invoke(main, [*case.command, *arguments])
        error = ended.exception
        assert error is None or isinstance(error, SystemExit), f"{what}: {error!r}"
        assert "Missing" not in ended.output, "the test's own mistake"


@pytest.mark.parametrize("name", [name for name, _ in _commands(main)], ids=" ".join)
def test_command_has_a_dry_run(name: tuple[str, ...]) -> None:
    options = {str(parameter.name) for parameter in dict(_commands(main))[name].params}
    assert ("dry_run" in options) != (name[-1] in _HAS_NO_DRY_RUN)


@pytest.fixture(scope="module")
def suiting(good: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Files that dry runs can use to their end, by the name of the parameter that takes them."""
    folder = tmp_path_factory.mktemp("suiting")
    write_directions(DirectionSet((measured_direction(),)), folder / "ranged")
    sefa = ["directions", "sefa", "--checkpoint", str(good["gan"]), "-o", str(folder / "two")]
    assert CliRunner().invoke(main, [*sefa, "--count", "2"]).exit_code == 0
    panda = ["directions", "panda", "--checkpoint", str(good["gan"]), *_SMALL["panda"]]
    assert CliRunner().invoke(main, [*panda, "-o", str(folder / "map")]).exit_code == 0
    heads = ["collection", "portraits", "-o", str(folder / "heads"), "--count", "9"]
    assert CliRunner().invoke(main, [*heads, "--resolution", "32"]).exit_code == 0
    denoiser = tiny_subject(count=2)
    write_directions(pca.discover(denoiser, tiny_walk(denoiser)), folder / "h")
    factorial = write_heads(folder / "factorial")
    found = (shapes.ring(), shapes.house())
    (folder / "provenance.yaml").write_text("books: []")
    return {
        **good,
        "provenance": folder / "provenance.yaml",
        "ranged": folder / "ranged",
        "new": folder / "new",
        "two": folder / "two",
        "first": "sefa-1",
        "second": "sefa-2",
        "prepared": prepared(folder),
        "heads": folder / "heads",
        "h": folder / "h",
        "map": folder / "map",
        "one": "h-pca-1",
        "other": "h-pca-2",
        "factorial": factorial,
        "redrawn": write_redrawn(folder / "redrawn.pt", factorial),
        "remembering": write_remembering_bundle(folder / "remembering", found),
    }


@pytest.mark.parametrize(
    "name",
    [name for name, _ in _commands(main) if name[-1] not in _TRIED_ELSEWHERE | _HAS_NO_DRY_RUN],
    ids=" ".join,
)
def test_command_dry_run_says_so_and_writes_nothing(
    name: tuple[str, ...], suiting: dict[str, Any], tmp_path: Path
) -> None:
    suit = _SUIT.get(name[-1], {})
    if name[0] == "diffuse":
        suit = {"checkpoint": "denoiser"} | _OF_A_DENOISER.get(name[-1], {})
    files = suiting | {key: suiting[kind] for key, kind in suit.items()}
    before = {path: _files(path) for path in files.values() if isinstance(path, Path)}
    takes = tuple(dict(_commands(main))[name].params)
    arguments = _arguments(Case(name, "", takes), tmp_path, files, tmp_path)
    small = _SMALL.get(name[-1], ()) if name != ("evaluate",) else ("--count", "1")
    if name[0] == "diffuse":
        small = _FEW.get(name[-1], ())
    ended = CliRunner().invoke(main, [*name, *arguments, *small])
    assert ended.exit_code == 0, ended.output
    assert {path: _files(path) for path in before} == before
    assert not list(tmp_path.iterdir())
    long = name[0] in ("directions", "collection", "diffuse", "train-ink-judge", "recall-sheet")
    if long and name not in (("directions", "condition"), ("directions", "name")):
        assert " MB of memory; " in ended.output


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
