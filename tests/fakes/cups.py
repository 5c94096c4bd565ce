"""`lp` and `lpstat` as CUPS has them, for a printer that does what a test wants."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

_SCRIPT = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
name = "scheduler" if sys.argv[1:] == ["-r"] else {name!r}
say = json.loads((folder / "say.json").read_text()).get(name)
if say is None:  # all is well
    if {name!r} == "lp":
        number = len(list(folder.glob("*.pdf"))) + 1
        (folder / f"{{number}}.pdf").write_bytes(sys.stdin.buffer.read())
        (folder / f"{{number}}.json").write_text(json.dumps(sys.argv[1:]))
        print(f"request id is shop-{{number}} (0 file(s))")
    else:
        if sys.argv[1:] == ["-r"]:
            print("scheduler is running")
            sys.exit(0)
        print("printer shop is idle.  enabled since Sat 28 Nov 2026 10:00:00 AM UTC")
        print("\\tAlerts: none")
    sys.exit(0)
code, out, err = say
print(out, end="")
print(err, end="", file=sys.stderr)
sys.exit(code)
"""
PAPER_OUT = (
    "printer shop now printing shop-3.  enabled since Sat 28 Nov 2026 10:00:00 AM UTC\n"
    "\tForm mounted:\n\tContent types: any\n\tDescription: shop\n"
    "\tAlerts: media-empty-error marker-supply-low-warning\n\tLocation:\n"
)
STOPPED = (
    "printer shop disabled since Sat 28 Nov 2026 10:00:00 AM UTC -\n\tThe printer may not exist.\n"
)


class FakeCups:
    """A printer 'shop' behind `lp` and `lpstat` of a folder of their own.

    Args:
        folder: takes the commands, and what is printed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        self.work_well()
        for name in ("lp", "lpstat"):
            command = self.bin / name
            command.write_text(_SCRIPT.format(python=sys.executable, folder=str(folder), name=name))
            command.chmod(0o755)

    @property
    def path(self) -> str:
        """A `PATH` on which these commands come first."""
        return f"{self.bin}{os.pathsep}{os.environ['PATH']}"

    def work_well(self) -> None:
        """Print whatever comes."""
        self._say({})

    def fail(self, name: str, code: int, out: str = "", err: str = "") -> None:
        """Let a command end with an exit code and these words; `scheduler` is `lpstat -r`."""
        self._say({name: [code, out, err]})

    def stop_scheduler(self) -> None:
        """Let CUPS itself not run: no queue is known then."""
        unknown = 'lpstat: Invalid destination name in list "shop".\n'
        down = [0, "scheduler is not running\n", ""]
        self._say({"lpstat": [1, "", unknown], "scheduler": down})

    def printed(self) -> list[bytes]:
        """Return every PDF that was printed, in order."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.pdf"))]

    def options(self) -> list[list[str]]:
        """Return what `lp` was called with, in order."""
        return [json.loads(p.read_text()) for p in sorted(self.folder.glob("[0-9]*.json"))]

    def _say(self, what: dict[str, list[object]]) -> None:
        draft = self.folder / "say.draft"
        draft.write_text(json.dumps(what))
        draft.replace(self.folder / "say.json")


def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCups:
    """Return a printer whose commands are the first on `PATH`."""
    cups = FakeCups(folder)
    monkeypatch.setenv("PATH", cups.path)
    return cups
