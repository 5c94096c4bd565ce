"""The way from scans to a table, as `docs/train-your-own.md` and `docs/directions.md` have it.

Then a denoiser of `docs/diffusion.md`, and heads that turn of `docs/structure.md`. Every command is
run in its order, on a few small drawings.

Spans all of `models`.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.docs.commands import ROOT, Command, commands_of

_LOG = "training-log.md"
_PAGES = ("train-your-own.md", "directions.md", "diffusion.md", "structure.md")
_BEGIN = (
    "train-gan",
    "train-encoder",
    "bundle encoder",
    "bundle add",
    "directions",
    "evaluate",
    "train-diffusion",
    "compact heads-diffusion",
    "diffuse",
    "structure",
)


def is_of_the_past(command: Command) -> bool:
    """Whether it was typed once, by a version of then: all of the log but its last section."""
    text = (ROOT / "docs" / _LOG).read_text(encoding="utf-8")
    return command.page == _LOG and command.line < text.count("\n", 0, text.index("\n## To go on"))


def _trained() -> tuple[str, ...]:
    """Return the commands of both pages that train, or need what was trained."""
    found = [command.text for page in _PAGES for command in commands_of(ROOT / "docs" / page)]
    ours = [text for text in found if text.startswith(tuple(f"models {b}" for b in _BEGIN))]
    return tuple(text for text in ours if len(text.split()) > 3 and "--devices 8" not in text)


IN_ORDER = _trained()
_SMALL = {
    "models train-gan": "--batch 2 --pictures 4 --precision 32-true --kid-pictures 0",
    "models train-gan dataset -o run64": "--channel-base 256 --w-dim 16",
    "models train-encoder": "--pictures 4 --precision 32-true --drawings 2 --recalled 1 "
    "--sketched 1 --prior 2 --pool 2",
    "models directions regression": "--samples 200",
    "models directions panda": "--samples 8 --appearances 6 --parts 4",
    "models directions safe-range": "--codes 2",
    "models directions sheet": "--codes 1",
    "models directions name": "--samples 16",
    "models directions evaluate": "--samples 200 --local-samples 1 --moved 4",
    "models directions classifier": "--epochs 1",
    "models bundle encoder": "--attract-frames 4",
    "models evaluate": "--count 2",
    "models train-diffusion": "--pictures 4 --batch 2 --precision 32-true",
    "models diffuse draw": "--steps 2 --seeds 0-1",
    "models diffuse poster": "--steps 2",
    "models diffuse attract": "--steps 2 --count 3 --frames 3 --side 64",
    "models diffuse pca": "--samples 8 --steps 2",
    "models diffuse jacobian": "--samples 8 --steps 2 --pictures 1 --count 1 --angle 0.5",
    "models diffuse mean-difference": "--samples 12 --steps 2",
    "models diffuse condition": "--samples 4",
    "models diffuse safe-range": "--codes 2",
    "models diffuse sheet": "--codes 1",
    "models structure landmarks": "--pictures 8 --batch 4",
    "models structure control": "--samples 100 --changes 2 --pictures 8 --batch 4",
    "models structure turn": "--heads 2",
    "models structure canonical": "--pictures 4 --batch 2",
    "models diffuse prior": "--samples 8 --copies 2 --steps 2",
    "models diffuse evaluate": "--samples 40 --moved 2 --count 1 --steps 2 --parts eyes",
}
"""What is said besides, so that it takes seconds; the last word counts."""
_STAND_IN = {
    "$C": "encoder/latest.pt",
    "models/checkpoints/portraits.pt": "run128/latest.pt",
    "heads128/latest.pt": "run128/latest.pt",
    "figures-lear-gilbert": "dataset",
    "dataset-of-one-artist": "dataset",
}
_WAITS_FOR_A_PERSON = "--serve"


def _after_what_it_needs() -> list[str]:
    """Return the commands with what a later section finds before what takes it."""
    taking = [text for text in IN_ORDER if text.startswith("models directions condition")]
    at = next(i for i, text in enumerate(IN_ORDER) if "-o found/labels" in text) + 1
    rest = [text for text in IN_ORDER[:at] if text not in taking]
    return [*rest, *taking, *IN_ORDER[at:]]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with prepared drawings, sketches, and heads whose labels or turns are known."""
    pytest.importorskip("torch")
    from tests.models.collection.boxes_of_scans import prepared
    from tests.models.hands import write_sketches

    folder = tmp_path_factory.mktemp("studio")
    prepared(folder).rename(folder / "dataset")
    write_sketches(folder / "quickdraw.ndjson", ("cat", "dog", "arm", "clock", "cow", "radio"))
    heads = ["collection", "portraits", "-o", str(folder / "judged"), "--style", "notionists"]
    assert _run([*heads, "--count", "40", "--resolution", "64"]).exit_code == 0
    for name in ("portraits", "drawn", "heads64", "judged64"):
        (folder / name).symlink_to(folder / "judged")
    turned = ["collection", "portraits", "-o", str(folder / "turned128"), "--style", "notionists"]
    assert _run([*turned, "--factors", "2", "--resolution", "64"]).exit_code == 0
    for name in ("turned12", "turned-seen", "turned-others"):
        (folder / name).symlink_to(folder / "turned128")
    return folder


def _run(words: list[str]) -> Result:
    from models.cli import main

    return CliRunner().invoke(main, words)


def _names_of_what_was_found(words: list[str]) -> list[str]:
    """Return the words with names that are there: what a tiny model finds is not hatching.

    A name of several words is one that a person has typed on the page.
    """
    from models.directions.naming import rename
    from models.directions.result import read_directions, write_directions

    if "--only" not in words:
        return words
    folder, at = Path(words[3]), words.index("--only") + 1
    found = read_directions(folder)
    names = found.names
    if " " in words[at]:
        write_directions(rename(found, names[0], words[at]), folder)
        return words
    count = len(words[at].split(","))
    return [*words[:at], ",".join(names[:count]), *words[at + 1 :]]


@pytest.mark.slow
@pytest.mark.parametrize("text", _after_what_it_needs())
def test_command_of_the_way_to_a_table_runs(
    text: str, studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(studio)
    for name, there in _STAND_IN.items():
        text = text.replace(name, there)
    small = [
        word for form, more in _SMALL.items() if text.startswith(form) for word in more.split()
    ]
    words = [word for word in shlex.split(text)[1:] if word != _WAITS_FOR_A_PERSON]
    words = _names_of_what_was_found(words)
    ran = _run([*words, *small])
    assert ran.exit_code == 0, ran.output
    if text.startswith("models bundle encoder"):
        shutil.copytree("models/bundles/mine", "models/bundles/lear")
