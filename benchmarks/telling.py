"""How a benchmark tells what it found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


def tell(found: Any, out: Path | None, indent: int | None = 1) -> None:
    """Print what was found as JSON, and write it to a file where one is named.

    Args:
        found: what JSON can hold.
        out: the file, or None.
        indent: of the lines; None is one line.
    """
    text = json.dumps(found, indent=indent)
    click.echo(text)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
