"""What somebody far away needs to help: settings, statuses, events; no frames and no secrets."""

from __future__ import annotations

import io
import json
import platform
import re
from importlib import metadata
from typing import Any

from exhibit.contract.settings.overrides import overrides_text
from exhibit.operator.access.secrets import TOKEN_PREFIX
from exhibit.operator.archives import add_text, new_archive
from exhibit.operator.desk import Desk
from exhibit.operator.machine import measure

_PACKAGES = (
    "tracing-table",
    "numpy",
    "opencv-python-headless",
    "onnxruntime-gpu",
    "onnxruntime",
    "pygame",
    "fastapi",
)
_LATEST = 500
# Nothing that is collected holds a secret; these would be hidden if anything ever did.
_SECRETS = re.compile(
    rf"\$argon2id\$[^\s\"]+|{TOKEN_PREFIX}[\w-]{{20,}}|-----BEGIN[^-]*KEY-----[\s\S]*?-----END[^-]*-----"
)


def collect(desk: Desk) -> bytes:
    """Return a ZIP archive of text files."""
    texts = {
        "state.json": _json(desk.table.look()),
        "machine.json": _json({**measure(desk.state_dir), "versions": versions()}),
        "settings.json": _json(
            {"effective": desk.settings.values(), "sources": desk.settings.layers.sources()}
        ),
        "overrides.yaml": overrides_text(desk.settings.saved),
        "scenes.json": _json(desk.scenes.book.model_dump(mode="json")),
        "history.json": _json([version.model_dump() for version in desk.settings.versions.all()]),
        "events.json": _json(desk.events.newest(_LATEST)),
        "visits.json": _json(desk.visits.summary(30, 0)),
    }
    buffer = io.BytesIO()
    with new_archive(buffer) as archive:
        for name, text in texts.items():
            add_text(archive, name, _SECRETS.sub("(hidden)", text))
    return buffer.getvalue()


def versions() -> dict[str, str]:
    """Return the versions of system, Python and the libraries that matter."""
    found = {"system": platform.platform(), "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _json(data: Any) -> str:
    return json.dumps(data, indent=1, default=str)
