"""A command in a page that does not work is the first thing that a newcomer meets.

Every command of README, CONTRIBUTING and docs/ is run here on a copy, or in `test_trainings.py`, or
is named below with why not; its options are looked at in any case. Spans all commands.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
from pathlib import Path

import click
import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from tests.docs.commands import OURS, PAGES, ROOT, Command, commands_of
from tests.docs.test_trainings import IN_ORDER, is_of_the_past

_ALL = [command for page in PAGES for command in commands_of(page)]
_MAKE = re.compile(r"(?:^|&& |^\S+=\S+ )make ")
NOT_RUN = {
    r"apt |systemctl |journalctl |DESTDIR=|make (-C \S+ )?(un)?install-kiosk|cp |cd /|printf |echo "
    r"|ls |exhibit (update|health)": (
        "needs root or a table that runs, on its own computer; tests/systemd/, tests/exhibit/cli/"
    ),
    r"/opt/": "the same as `exhibit check`, where a kiosk has it",
    r"git |ssh |curl |pip ": "needs a network, or another machine",
    r"lp( |$)|lpstat|tensorboard": "needs a printer, or serves a page until it is ended",
    r"make (run|test|slow|check|bench|faults|soak)": "runs everything; the target is looked up",
    r"models train-encoder --from models/checkpoints/lear.pt": "256 px from the shipped networks",
    r"(OMP_NUM_THREADS=1 )?python -m ": (
        "measures for minutes, or photographs; the module is looked up"
    ),
    r"calibrate (table|camera|light|pens|check|projector)(?! --camera)": (
        "needs a camera, or a person at the display; tests/calibration/"
    ),
    r"exhibit bundle pull https": "needs a network; tests/exhibit/cli/",
    r"calibrate versions --return-to 1$": "needs what was calibrated before; tests/calibration/",
    r"models import-stylegan2": "needs a published file; tests/models/saved/",
    r"exhibit bench": "measures for a minute; tests/exhibit/checks/",
    r"models curate": "a page for a person; tests/models/collection/curator/test_page.py",
    r"models import-psp": "needs a published file; tests/models/saved/test_published_psp.py",
    r"models evaluate .*--named": "needs what people wrote; tests/models/evaluation/test_blind.py",
    r"models train-gan .*--devices 8": "needs eight graphics cards",
    r"(OMP_NUM_THREADS=1 )?torchrun": "several processes; tests/models/training/run/ starts such",
    r"models (train-gan turned|directions (tensor|evaluate .*turning64))": (
        "trains for an hour, or needs that; tests/models/directions/commands/"
    ),
    r"exhibit operator (backup|restore)": "needs a table that ran; tests/exhibit/operator/",
}
"""Why a command is not run here, by the beginning of it."""

_TYPED = {"passwd": "a sentence to remember\n" * 2}
_INSTEAD = {
    "exhibit run": ("--camera", "simulated", "--headless", "--dry-run"),
    "models collection portraits -o turned": ("--factors", "2", "--resolution", "32"),
    "models collection portraits": ("--count", "3", "--resolution", "32"),
    "models prepare": ("--resolution", "64", "--line-width", "0.5", "8"),
    "models sample": ("--seeds", "0-1"),
}
"""What makes a command small, or keeps it from starting the table."""
_STAND_IN = {"mine": "models/bundles/mine"}
"""Where a bundle is that a reader has in the folder of all bundles."""
_PARTS = frozenset(("exhibit ink --mask", "models evaluate models/bundles/lear --count 30"))
"""Named for an option of theirs, without what else they need."""
_RUN_BY_NAME = frozenset(
    ("exhibit check", "exhibit doctor", "exhibit sound devices", "exhibit operator passwd")
) | {"calibrate versions"}
"""Whole commands, though they are no more than a name."""


def _is_name_or_form(command: Command) -> bool:
    """Whether it is a command's name, or a form that a reader fills in."""
    words = command.text.split()
    names = words[0] in OURS and all(re.fullmatch(r"[a-z][a-z-]*", word) for word in words)
    if command.text in _RUN_BY_NAME:
        return False
    standing_alone = command.in_text and (names or len(words) == 1)
    filled_in = re.search(r"\.\.\.(?! *\")| [A-Z]{3,}\b|\[--", command.text)
    return standing_alone or command.text in _PARTS or filled_in is not None


def _why_not(command: Command) -> str | None:
    return next((why for form, why in NOT_RUN.items() if re.match(form, command.text)), None)


def _runs(command: Command) -> bool:
    done = command.text in IN_ORDER or is_of_the_past(command)
    return not done and not _is_name_or_form(command) and _why_not(command) is None


def _first_of_each(commands: list[Command]) -> list[Command]:
    found: dict[str, Command] = {}
    for command in commands:
        found.setdefault(command.text, command)
    return list(found.values())


RUN = _first_of_each([command for command in _ALL if _runs(command)])


def _group(program: str) -> click.Group:
    module = {"exhibit": "exhibit.cli", "models": "models.cli", "calibrate": "calibration.cli"}
    found = importlib.import_module(module[program]).main
    assert isinstance(found, click.Group)
    return found


def _words(command: Command) -> list[str]:
    words = shlex.split(command.text.replace("[", " ").replace("]", " "))
    return words[: words.index(">")] if ">" in words else words


@pytest.mark.parametrize(
    "command", [c for c in _ALL if c.text.split()[0] in OURS and not is_of_the_past(c)], ids=str
)
def test_command_of_a_page_has_the_options_that_it_shows(command: Command) -> None:
    program, *rest = _words(command)
    if program == "models":
        pytest.importorskip("torch", reason="the offline module is not installed")
    found: click.Command = _group(program)
    context = click.Context(found)
    while isinstance(found, click.Group) and rest and not rest[0].isupper():
        below = found.get_command(context, rest[0])
        if below is None and found.name == "bundle":
            below, rest = found.get_command(context, "make"), ["make", *rest]
        assert below is not None, f"{command}: there is no '{rest[0]}'"
        found, rest = below, rest[1:]
    if not isinstance(found, click.Group):
        found.make_context(command.text, rest, resilient_parsing=True)


@pytest.mark.parametrize("command", [c for c in _ALL if _MAKE.search(c.text)], ids=str)
def test_target_of_make_is_there(command: Command) -> None:
    targets = re.findall(r"^(\S+?)(?: .*)?:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    phony = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    known = {*targets, *" ".join(phony).split(), ".venv/.runtime-is-installed"}
    words = shlex.split(_MAKE.split(command.text)[1])
    assert {word for word in words if "=" not in word and word[0] not in "-/"} <= known


@pytest.mark.parametrize("command", [c for c in _ALL if "python -m" in c.text], ids=str)
def test_module_of_a_page_is_there(command: Command) -> None:
    module = command.text.split("python -m ")[1].split()[0].removesuffix(".NAME")
    assert importlib.util.find_spec(module) is not None


def test_reasons_are_each_given_for_a_command_that_there_is() -> None:
    unused = [form for form in NOT_RUN if not any(re.match(form, c.text) for c in _ALL)]
    assert unused == []


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the pages speak of, each thing small."""
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copy(ROOT / "config.yaml", folder)
    (folder / "docs").mkdir()
    (folder / "models" / "bundles").mkdir(parents=True)
    (folder / "models" / "bundles" / "lear").symlink_to(ROOT / "models" / "bundles" / "lear")
    shutil.copy(ROOT / "docs" / "sound-example.json", folder / "docs")
    page = np.full((300, 300), 235, np.uint8)
    cv2.imwrite(str(folder / "blank.png"), page)
    cv2.imwrite(str(folder / "frame.png"), cv2.circle(page.copy(), (150, 150), 70, 40, 4))
    cv2.imwrite(str(folder / "sketch.png"), cv2.circle(page.copy(), (150, 150), 70, 40, 4))
    desk = np.full((500, 500), 60, np.uint8)
    desk[100:400, 100:400] = cv2.imread(str(folder / "frame.png"), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(folder / "desk.jpg"), desk)
    simulated = folder / "simulated.yaml"
    simulated.write_text("camera: {source: simulated}\ncalibration: calibration.yaml\n")
    measured = CliRunner().invoke(_group("calibrate"), ["light", "--config", str(simulated)])
    assert measured.exit_code == 0, measured.output
    return folder


@pytest.fixture(scope="module")
def studio(workplace: Path) -> Path:
    """The same with what the offline module needs."""
    pytest.importorskip("torch")
    from tests.exhibit.recall import shapes
    from tests.fakes.memory import write_remembering_bundle
    from tests.models.collection.boxes_of_scans import write_scans
    from tests.models.hands import write_gan

    write_scans(workplace / "scans")
    for name in ("run128/latest.pt", "owned.pt"):
        (workplace / name).parent.mkdir(exist_ok=True)
        write_gan(workplace / name)
    mine = workplace / "models" / "bundles" / "mine"
    write_remembering_bundle(mine, (shapes.ring(), shapes.house()))
    (workplace / "provenance.yaml").write_text("books: []")
    return workplace


@pytest.mark.parametrize("command", RUN, ids=str)
def test_command_of_a_page_runs(
    command: Command,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program, *rest = _words(command)
    assert program in OURS, f"{command}: is not run; name it in NOT_RUN with why"
    needs_models = program == "models" or "--bundle mine" in command.text
    place: Path = request.getfixturevalue("studio" if needs_models else "workplace")
    if command.text.startswith("exhibit operator"):
        # Each is typed at another table.
        place = shutil.copytree(place, tmp_path / "table", symlinks=True)
    monkeypatch.chdir(place)
    small = next((more for name, more in _INSTEAD.items() if command.text.startswith(name)), ())
    given = Path("token").read_text() if "<" in rest else _TYPED.get(rest[-1], "")
    rest = [_STAND_IN.get(word, word) for word in rest[: rest.index("<") if "<" in rest else None]]
    ran = CliRunner().invoke(_group(program), [*rest, *small], input=given)
    if "apt install libportaudio2" in ran.output:
        pytest.skip("PortAudio is not installed, and the command says so")
    assert ran.exit_code == 0, ran.output
    if ">" in command.text:
        (request.getfixturevalue("workplace") / "token").write_text(ran.output)
