"""A version that cannot even say how it is must be taken for unwell, not for well."""

from __future__ import annotations

from pathlib import Path

import pytest

from exhibit.update.building import command_of
from exhibit.update.health import health_of


def _say(folder: Path, text: str) -> Path:
    command = Path(command_of(folder))
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit 1\n")
    command.chmod(0o755)
    return folder


def test_health_of_takes_what_the_version_says(tmp_path: Path) -> None:
    reasons = '[{"code": "camera_lost", "text": "unplugged"}]'
    found = health_of(_say(tmp_path, f'{{"shows": true, "life": "a/1", "reasons": {reasons}}}'))
    assert (found.shows, found.life) == (True, "a/1")
    assert found.reasons == {"camera_lost": "unplugged"}


@pytest.mark.parametrize("said", ["", "Traceback", "[]", '{"shows": true}', '{"reasons": [1]}'])
def test_health_of_a_version_that_says_nothing_is_not_well(tmp_path: Path, said: str) -> None:
    found = health_of(_say(tmp_path, said))
    assert (found.shows, list(found.reasons)) == (False, ["no_health"])


def test_health_of_a_version_without_the_command_is_not_well(tmp_path: Path) -> None:
    assert "No such file" in health_of(tmp_path).reasons["no_health"]
