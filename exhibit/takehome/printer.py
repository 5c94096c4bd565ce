"""A queue of CUPS, through its own commands: `lp` prints, `lpstat` says what is wrong.

Source: CUPS, lp(1) and lpstat(1); RFC 8011, 5.4.12, for the reasons of a printer's state.
"""

from __future__ import annotations

import os
import re
import subprocess

from exhibit.takehome.outbox import DeliveryError, Parcel

_TAKES_AT_MOST_S = 20
# What stands in a list of reasons while nothing is wrong. CUPS only reports that a printer is off.
_NO_PROBLEM = re.compile(r"^(none|(?!offline).*-(report|warning)|cups-.*|connecting-to-device)$")
_SEVERITY = re.compile(r"-(error|report|warning)$")


class Printer:
    """One queue of CUPS.

    Args:
        queue: its name, as `lpstat -e` lists it.
    """

    def __init__(self, queue: str) -> None:
        self._queue = queue

    def problem(self) -> str:
        """Return what keeps the printer from printing, in one line; empty where nothing does."""
        try:
            said = _run(["lpstat", "-l", "-p", self._queue])
        except DeliveryError as error:
            return f"printer '{self._queue}': {_no_scheduler() or error}"
        found = problem_of(said)
        return f"printer '{self._queue}': {found}" if found else ""

    def send(self, parcel: Parcel, paper: str) -> None:
        """Hand a PDF to the queue at its true size.

        Args:
            parcel: the PDF.
            paper: name of its size, such as A5.

        Raises:
            DeliveryError: it was not taken, or could not be printed now; names the queue.
        """
        problem = self.problem()
        if problem:
            raise DeliveryError(problem)
        options = ["-o", f"media={paper}", "-o", "print-scaling=none"]
        try:
            _run(["lp", "-d", self._queue, "-t", parcel.name, *options], parcel.content)
        except DeliveryError as error:
            raise DeliveryError(f"printer '{self._queue}': {error}") from None


def problem_of(said: str) -> str:
    """Return what is wrong with a printer, from what `lpstat -l -p` says of it."""
    lines = [line.strip() for line in said.splitlines()]
    if lines and " disabled since " in lines[0]:
        reason = lines[1] if len(lines) > 1 else ""
        return f"stopped: {reason}" if reason else "stopped"
    for line in lines:
        if line.startswith("Alerts:"):
            reasons = line.removeprefix("Alerts:").replace(",", " ").split()
            problems = [_SEVERITY.sub("", r) for r in reasons if not _NO_PROBLEM.match(r)]
            return ", ".join(problems)
    return ""


def _no_scheduler() -> str:
    """Say that CUPS does not run, where that is why `lpstat` knows of no such queue."""
    try:
        said = _run(["lpstat", "-r"])
    except DeliveryError:
        return ""
    return "CUPS does not run" if "not running" in said else ""


def _run(command: list[str], given: bytes = b"") -> str:
    try:
        ended = subprocess.run(
            command,
            input=given,
            capture_output=True,
            timeout=_TAKES_AT_MOST_S,
            # Its words are read.
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except FileNotFoundError:
        raise DeliveryError(f"no command '{command[0]}'; Debian: apt install cups-client") from None
    except subprocess.TimeoutExpired:
        raise DeliveryError(f"{command[0]} did not end within {_TAKES_AT_MOST_S} s") from None
    except OSError as error:
        raise DeliveryError(f"{command[0]}: {error.strerror}") from None
    if ended.returncode:
        words = ended.stderr.decode(errors="replace").split("\n")[0].strip()
        raise DeliveryError(words or f"{command[0]} ended with {ended.returncode}")
    return ended.stdout.decode(errors="replace")
