"""What may lie in the place of a file, other than a file."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from exhibit.contract.socket_address import socket_address

ODD_FILES = {
    "pipe": "a pipe",
    "socket": "a socket",
    "device": "a device",
    "folder": "Is a directory",
    "dangling": "a link to nothing",
    "loop": "Too many levels of symbolic links",
}
"""Kinds, and how each is called where it is refused."""


def lay_odd_file(path: Path, kind: str) -> None:
    """Put something of a kind in a file's place; a device is one that can be read for ever."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as made, socket_address(path) as address:
                made.bind(address)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "dangling":
            path.symlink_to("nothing-of-this-name")
        case "loop":
            path.symlink_to(path.name)
