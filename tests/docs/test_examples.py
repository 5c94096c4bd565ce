"""What config.yaml and the help show as an example must work with the bundle that is shipped.

Spans config.yaml and the commands of `exhibit`.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from exhibit.cli import main
from exhibit.cli.draw import draw
from exhibit.contract.settings.expectation import settings_of
from exhibit.contract.settings.schema import Config

ROOT = Path(__file__).parents[2]
_SETTING = re.compile(r"^( *)# ( *(?:- )?([a-z_]+):(?: .*)?)$")
_IN_LISTS = ("name", "strength", "modulation")


def _with_examples() -> str:
    """Return config.yaml with every setting that is commented out taken in."""
    known = {step for setting in settings_of(Config) for step in setting.key.split(".")}
    known.update(_IN_LISTS)
    lines = []
    for line in (ROOT / "config.yaml").read_text(encoding="utf-8").splitlines():
        found = _SETTING.match(line)
        taken_in = found is not None and found[3] in known
        lines.append(f"{found[1]}{found[2]}" if found and taken_in else line)
    return "\n".join(lines) + "\n"


def test_config_examples_are_valid_with_the_shipped_bundle(tmp_path: Path) -> None:
    text = _with_examples()
    assert "\nediting:\n" in text
    assert "\n  exposure: 150" in text
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    checked = CliRunner().invoke(main, ["check", str(path)])
    assert (checked.exit_code, checked.output) == (0, f"{path}: all settings are valid\n")


def test_draw_example_of_its_help_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"Example: exhibit (.+)", draw.help or "")
    assert example is not None
    monkeypatch.chdir(tmp_path)
    page = np.full((300, 300), 255, np.uint8)
    cv2.imwrite("cat.png", cv2.circle(page, (150, 150), 90, 0, 6))
    drawn = CliRunner().invoke(main, shlex.split(example[1]))
    assert drawn.exit_code == 0, drawn.output
    assert (tmp_path / "answer.png").is_file()
