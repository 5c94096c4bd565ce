"""How the table of one version is, as that version's own command says."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from exhibit.update.building import command_of, environment

_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Health:
    """What `exhibit health --json` says.

    Attributes:
        shows: all processes live, and there was a picture.
        life: names one life of all processes; another one means that one of them ended.
        reasons: what is not as it should be, in words by code.
    """

    shows: bool
    life: str
    reasons: dict[str, str]


def health_of(folder: Path) -> Health:
    """Ask a version how its table is; one that cannot say is not well."""
    try:
        done = subprocess.run(
            [command_of(folder), "health", "--json"],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        found = json.loads(done.stdout)
        reasons = {str(each["code"]): str(each["text"]) for each in found["reasons"]}
        return Health(bool(found["shows"]), str(found["life"]), reasons)
    except subprocess.TimeoutExpired:
        why = f"`exhibit health` of it took more than {_PATIENCE_S:g} s"
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"`exhibit health` of it says nothing: {error}"
    return Health(False, "", {"no_health": why})
