"""Commands as the pages show them: in blocks, one a line, and in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
OURS = ("exhibit", "models", "calibrate")
_PROGRAMS = (*OURS, "make", "python", "torchrun", "pip", "apt", "git", "cd", "curl", "systemctl")
_OTHERS = ("printf", "echo", "journalctl", "ls", "ssh", "sudo", "lp", "lpstat", "tensorboard")
_WORD = "|".join((*_PROGRAMS, *_OTHERS))
_COMMAND = re.compile(rf"(?:[A-Z_]+=\S+ )*(?:\S*/)?({_WORD})(?: |$)")
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^(?: {4}| {7}).*$", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page; one in running text may be no more than a name."""

    page: str
    line: int
    text: str
    in_text: bool

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def commands_of(page: Path) -> list[Command]:
    """Return the commands of a page in order, each on one line and without its comment."""
    text, name = page.read_text(encoding="utf-8"), page.name
    found = [
        Command(name, _line(text, at), command, False)
        for at, block in _blocks(text)
        for at, command in _lines(block, at)
    ]
    known = {command.text for command in found}
    for span in _SPAN.finditer(_blanked(text)):
        command = " ".join(span[1].split())
        if _COMMAND.match(command) and command not in known:
            found.append(Command(name, _line(text, span.start()), command, True))
            known.add(command)
    return sorted(found, key=lambda command: command.line)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    for fence in _FENCE.finditer(text):
        if fence[1] in ("", "sh"):
            yield fence.start(2), fence[2]
    for run in re.finditer(r"(?:^(?: {4}).*\n)+", _blanked(text, spans_too=False), re.MULTILINE):
        yield run.start(), run[0]


def _blanked(text: str, spans_too: bool = True) -> str:
    """Return a page of the same length without its fences, and without what is indented."""
    for pattern in (_FENCE, *((_INDENTED,) if spans_too else ())):
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def _lines(block: str, at: int) -> Iterator[tuple[int, str]]:
    for found in re.finditer(r"(?:.*\\\n)*.*\n", block):
        joined = " ".join(found[0].replace("\\\n", " ").split())
        command = re.split(r" +#", joined)[0].strip()
        if _COMMAND.match(command):
            yield at + found.start(), command
