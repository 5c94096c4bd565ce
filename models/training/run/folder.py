"""The checkpoints in a run's folder: the newest, and the one before it."""

from __future__ import annotations

import logging
from pathlib import Path

from exhibit.contract.errors import InputError
from exhibit.contract.files import sync_folder
from models.saved.checkpoint import CheckpointError, State, read_checkpoint, write_checkpoint

LATEST, PREVIOUS = "latest.pt", "previous.pt"
log = logging.getLogger(__name__)


def keep(folder: Path, form: str, state: State) -> None:
    """Write a checkpoint as the newest; what was the newest is the one before.

    The new file is complete before either of the others is touched. A cut between the two renames
    leaves what was the newest as the one before.

    Raises:
        CheckpointError, OSError: as of `write_checkpoint`; both files are as they were.
    """
    latest, new = folder / LATEST, folder / f"{LATEST}.new"
    write_checkpoint(new, form, state)
    if latest.exists():
        latest.replace(folder / PREVIOUS)
    new.replace(latest)
    sync_folder(folder)


def kept(folder: Path) -> list[Path]:
    """The checkpoints that a folder holds, newest first."""
    return [folder / name for name in (LATEST, PREVIOUS) if (folder / name).is_file()]


def read_newest(folder: Path, form: str) -> tuple[Path, State]:
    """Read the newest checkpoint that can be read, to go on from.

    Returns:
        Its file and its content.

    Raises:
        CheckpointError: there is none; says what is wrong with the newest.
        InputError: it is a compact one, without what a run needs to go on exactly.
    """
    error: CheckpointError | None = None
    for path in kept(folder) or [folder / LATEST]:
        try:
            state = read_checkpoint(path, form)
        except CheckpointError as found:
            log.warning("%s", found)
            error = error or found
            continue
        if "random_states" not in state:
            raise InputError(f"{path} is a compact checkpoint: expected it in --from, not --resume")
        return path, state
    assert error is not None
    raise error


def refuse_another_run(folder: Path) -> None:
    """Refuse to begin a run in the folder of another one.

    Raises:
        InputError: the folder holds a run.
    """
    if kept(folder):
        raise InputError(f"{folder} holds a run already: add --resume or choose another -o")
