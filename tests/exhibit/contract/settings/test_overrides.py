"""Whatever is wrong with the operator's overrides, the table starts."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from exhibit.cli.starting import command_line, effective_config
from exhibit.contract import plain_files
from exhibit.contract.settings.layers import difference, flat, merged, nested, without
from exhibit.contract.settings.overrides import (
    OVERRIDES,
    layer_overrides,
    parse_overrides,
)
from exhibit.contract.settings.safe_mode import SAFE_MODE
from exhibit.contract.settings.schema import Config
from tests.fakes.odd_files import ODD_FILES, lay_odd_file

GOOD = "ink:\n  threshold: 0.7\nstage:\n  contrast: 1.5\n  tint: '#aabbcc'\n"


def _layered(tmp_path: Path, content: bytes) -> tuple[Config, tuple[str, ...]]:
    (tmp_path / OVERRIDES).write_bytes(content)
    return layer_overrides(Config(state_dir=tmp_path))


def test_overrides_hold_on_top_of_the_file(tmp_path: Path) -> None:
    config, complaint = _layered(tmp_path, GOOD.encode())
    assert (config.ink.threshold, config.stage.contrast, complaint) == (0.7, 1.5, ())


def test_overrides_missing_file_is_no_complaint(tmp_path: Path) -> None:
    assert layer_overrides(Config(state_dir=tmp_path)) == (Config(state_dir=tmp_path), ())


@pytest.mark.parametrize(
    "content",
    [b"ink: [\n", b"\xff\xfe\x00", b"- a\n- b\n", b"", b" \n", b"ink: {threshold: !!int abc}\n"],
)
def test_overrides_damaged_file_is_set_aside_and_named(tmp_path: Path, content: bytes) -> None:
    config, (complaint,) = _layered(tmp_path, content)
    assert config == Config(state_dir=tmp_path)
    (aside,) = tmp_path.glob("overrides.refused-*.yaml")
    assert aside.name in complaint
    assert OVERRIDES in complaint
    assert aside.read_bytes() == content
    assert layer_overrides(config) == (config, ())


def test_overrides_damaged_file_falls_back_to_the_history(tmp_path: Path) -> None:
    history = tmp_path / "history"
    history.mkdir()
    (history / "00000001.json").write_text('{"overrides": {"ink": {"threshold": 0.2}}}')
    (history / "00000002.json").write_text('{"overrides": {"ink": {"threshold": 0.7}}}')
    (history / "00000003.json").write_text('{"overri')
    config, (complaint,) = _layered(tmp_path, b"")
    assert config.ink.threshold == 0.7
    assert complaint.endswith("the newest of the history holds")
    assert layer_overrides(Config(state_dir=tmp_path)) == (config, ())


@pytest.mark.parametrize(
    "bad", ["ink: {settle_ms: -1}", "nonsense: 1", "state_dir: /tmp", "ink: 3"]
)
def test_overrides_only_the_key_that_is_wrong_is_left_out(tmp_path: Path, bad: str) -> None:
    content = f"stage: {{contrast: 1.5}}\n{bad}\n".encode()
    config, (complaint,) = _layered(tmp_path, content)
    assert config.stage.contrast == 1.5
    assert bad.partition(":")[0] in complaint
    (kept,) = tmp_path.glob("overrides.refused-*.yaml")
    assert kept.read_bytes() == content
    assert layer_overrides(Config(state_dir=tmp_path)) == (config, ())


def test_overrides_that_cannot_be_read_now_stay_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file may belong to another user for a while: unreadable is not damaged."""

    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    (tmp_path / OVERRIDES).write_text(GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(plain_files, "open_plain", denied)
        config, (complaint,) = layer_overrides(Config(state_dir=tmp_path))
    assert config == Config(state_dir=tmp_path)
    assert "Permission denied" in complaint
    assert layer_overrides(config)[0].ink.threshold == 0.7


@pytest.mark.parametrize("kind", ODD_FILES)
def test_overrides_that_cannot_be_read_are_those_of_the_history(tmp_path: Path, kind: str) -> None:
    """Whoever then moves a slider would otherwise replace all that was set."""
    version = json.dumps({"overrides": {"ink": {"threshold": 0.7}}})
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "00000001.json").write_text(version)
    lay_odd_file(tmp_path / OVERRIDES, kind)
    lay_odd_file(tmp_path / "history" / "00000002.json", kind)
    config, (complaint,) = layer_overrides(Config(state_dir=tmp_path))
    assert config.ink.threshold == 0.7
    assert ODD_FILES[kind] in complaint
    assert "the newest of the history holds" in complaint


def test_overrides_cut_or_scribbled_anywhere_never_stop_the_start(tmp_path: Path) -> None:
    rng = random.Random(1)
    for trial in range(150):
        content = bytearray(GOOD.encode())
        if trial % 2:
            content = content[: rng.randrange(len(content))]
        else:
            content[rng.randrange(len(content))] = rng.randrange(256)
        config, _ = _layered(tmp_path, bytes(content))
        assert isinstance(config, Config)


def test_overrides_on_a_read_only_folder_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / OVERRIDES).mkdir()  # cannot be read as a file by any user
    config, complaint = layer_overrides(Config(state_dir=folder))
    assert config == Config(state_dir=folder)
    assert complaint


def test_overrides_in_safe_mode_are_left_out(tmp_path: Path) -> None:
    (tmp_path / SAFE_MODE).touch()
    config, (complaint,) = _layered(tmp_path, GOOD.encode())
    assert config == Config(state_dir=tmp_path)
    assert "safe mode" in complaint


def test_overrides_hold_below_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("camera:\n  fps: 20\nink:\n  threshold: 0.2\n")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / OVERRIDES).write_text(
        "camera:\n  source: /dev/video7\nink:\n  threshold: 0.7\n"
    )
    config = effective_config(tmp_path / "config.yaml", command_line("simulated", None))
    assert (config.camera.source, config.camera.fps, config.ink.threshold) == ("simulated", 20, 0.7)


def test_parse_overrides_names_the_line() -> None:
    layer, problems = parse_overrides("ink:\n  threshold: 0.5\n  settle_ms: -1\n")
    assert layer is None
    assert [(problem.line, problem.key) for problem in problems] == [(3, "ink.settle_ms")]


def test_layers_difference_turns_one_into_the_other() -> None:
    before = {"a": {"b": 1, "c": [1]}, "d": 2}
    after = {"a": {"b": 1, "c": [2]}, "d": 3}
    assert difference(before, after) == {"a": {"c": [2]}, "d": 3}
    assert merged(before, difference(before, after)) == after


def test_layers_without_takes_keys_and_sections_out() -> None:
    layer = {"a": {"b": 1, "c": 2}, "ab": {"x": 1}}
    assert without(layer, ["a.b"]) == {"a": {"c": 2}, "ab": {"x": 1}}
    assert without(layer, ["a"]) == {"ab": {"x": 1}}
    assert nested(dict(flat(layer))) == layer
