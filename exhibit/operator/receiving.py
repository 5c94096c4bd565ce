"""Taking in a file that is too large for memory: to the disk as it comes, and gone afterwards."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import HTTPException, Request

from exhibit.operator.access.guard import MOST_OF_A_FILE

_ROOM_LEFT_BYTES = 256 * 1024**2
RECEIVED, PACKED = ".received-", ".backup-"
"""How files begin that are in the state folder while a request is answered."""


def remove_left_behind(state_dir: Path) -> None:
    """Remove what a page that was killed while it answered has left; a bundle may lie in each."""
    for name in (RECEIVED, PACKED):
        for left in state_dir.glob(f"{name}*"):
            with contextlib.suppress(OSError):
                left.unlink()


@contextlib.asynccontextmanager
async def received(request: Request, state_dir: Path) -> AsyncIterator[Path]:
    """Give the body of a request as a file of the state folder, until the block ends.

    Raises:
        HTTPException: it is longer than any file of ours, or there is no room for it.
    """
    told = int(request.headers.get("content-length", MOST_OF_A_FILE))
    state_dir.mkdir(parents=True, exist_ok=True)
    # Unpacked it lies there once more.
    if shutil.disk_usage(state_dir).free < 3 * told + _ROOM_LEFT_BYTES:
        raise HTTPException(507, "there is no room for it in the state folder")
    with tempfile.NamedTemporaryFile(dir=state_dir, prefix=RECEIVED) as file:
        length = 0
        async for part in request.stream():
            length += len(part)
            if length > MOST_OF_A_FILE:
                raise HTTPException(413, f"at most {MOST_OF_A_FILE} bytes are taken")
            file.write(part)
        file.flush()
        yield Path(file.name)
