from __future__ import annotations

from pathlib import Path

import pytest

from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.safe_mode import (
    SAFE_MODE,
    begin_safe_mode,
    end_safe_mode,
    safe_mode_reason,
    safest,
)
from exhibit.contract.settings.schema import Config
from tests.fakes.closed import close_folder


def test_safest_keeps_the_place_and_drops_what_answers() -> None:
    file = apply_overrides(
        Config(),
        {
            "stage": {"mirror": False, "rotate": 90, "contrast": 0.3, "display": 1},
            "model": {"bundle": "odd", "psi": 0.2},
            "ink": {"light": "visible", "threshold": 0.9},
            "editing": {"directions": [{"name": "odd"}]},
            "camera": {"source": "/dev/video9", "mirrored": False},
            "operator": {"host": "192.168.1.7"},
        },
    )
    safe = apply_overrides(file, safest(file))
    assert (safe.stage.mirror, safe.stage.rotate, safe.stage.display) == (False, 90, 1)
    assert (safe.stage.contrast, safe.ink.threshold, safe.ink.light) == (1.0, 0.5, "visible")
    assert (safe.model.bundle, safe.model.providers) == (Config().model.bundle, ("cpu",))
    assert safe.editing.directions == ()
    assert (safe.camera, safe.operator) == (file.camera, file.operator)


def test_safe_mode_is_off_on_with_a_reason_and_off_again(tmp_path: Path) -> None:
    assert safe_mode_reason(tmp_path) is None
    begin_safe_mode(tmp_path, "the engine ended 6 times in a row")
    assert safe_mode_reason(tmp_path) == "the engine ended 6 times in a row"
    end_safe_mode(tmp_path)
    end_safe_mode(tmp_path)
    assert safe_mode_reason(tmp_path) is None
    (tmp_path / SAFE_MODE).mkdir()
    assert safe_mode_reason(tmp_path) == ""


def test_safe_mode_is_off_where_nobody_may_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_folder(monkeypatch, tmp_path)
    assert safe_mode_reason(tmp_path) is None
