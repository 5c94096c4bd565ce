"""A person is refused what cannot work; a service starts with what can."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exhibit.cli.starting import (
    LAST_GOOD,
    attended_settings,
    command_line,
    effective_config,
    service_settings,
)
from exhibit.contract.bundle import DIRECTIONS_META
from exhibit.contract.errors import ConfigError, ExhibitError
from exhibit.contract.settings.overrides import OVERRIDES
from exhibit.contract.settings.schema import Config
from tests.fakes.bundle import DIRECTION_NAMES, write_bundle


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    """A folder with a bundle and a file that names it; returns the file."""
    write_bundle(tmp_path / "tiny")
    path = tmp_path / "config.yaml"
    path.write_text(f"model: {{bundle: {tmp_path / 'tiny'}}}\nstage: {{mirror: false}}\n")
    (tmp_path / "state").mkdir()
    return path


def test_effective_config_command_line_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("camera: {source: auto}\nstage: {fps: 30}\n", encoding="utf-8")
    config = effective_config(path, command_line("simulated", "lear"))
    assert (config.camera.source, config.model.bundle, config.stage.fps) == (
        "simulated",
        "lear",
        30,
    )


def test_effective_config_bad_file_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("stage:\n  fsp: 30\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config.yaml:2: stage.fsp: .* did you mean 'fps'"):
        effective_config(path, {})


@pytest.mark.parametrize(
    "bad",
    [
        "stage: {fps: 6000, mirror: false}\n",
        "stage: {mirror: false, fsp: 30}\nnonsense: 1\n",
        "model: {bundle: nobody}\nstage: {mirror: false}\n",
        "editing: {directions: [{name: nobody}]}\nstage: {mirror: false}\n",
        "camera: {source: /nowhere.mp4}\nstage: {mirror: false}\n",
        f"camera: {{source: {'x' * 300}}}\nstage: {{mirror: false}}\n",
        f"model: {{bundle: {'x' * 300}}}\nstage: {{mirror: false}}\n",
        "stage: {mirror: false\n",
        "",
        "- a\n",
    ],
)
def test_service_settings_start_with_what_can_be_used_and_say_what_cannot(
    museum: Path, bad: str
) -> None:
    service_settings(museum, {})  # a day on which all was well
    museum.write_text(bad, encoding="utf-8")
    settings = service_settings(museum, {})
    if bad:
        assert settings.config.stage.mirror is False
        assert settings.left_out
        with pytest.raises(ExhibitError):
            attended_settings(museum, {})


def test_service_settings_without_any_good_file_are_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("stage: [", encoding="utf-8")
    settings = service_settings(path, {})
    assert settings.config.stage == Config().stage
    assert settings.config.state_dir == tmp_path / "state"
    assert settings.left_out[-1] == "the defaults hold instead"


def test_attended_settings_keep_a_copy_of_the_file_that_is_right(museum: Path) -> None:
    attended_settings(museum, {})
    assert (museum.parent / "state" / LAST_GOOD).read_text() == museum.read_text()


@pytest.mark.parametrize(
    "overrides",
    [
        "ink: {threshold: 0.7, settle_ms: -1}\n",
        "ink: {threshold: 0.7}\nnonsense: 1\n",
        "ink: {threshold: 0.7}\nstate_dir: /tmp\n",
        "ink: {threshold: 0.7}\ncamera: {source: /nowhere.mp4}\n",
        "ink: {threshold: 0.7}\nediting: {directions: [{name: nobody}]}\n",
        "ink: {threshold: 0.7}\nmodel: {bundle: nobody}\n",
    ],
)
@pytest.mark.parametrize("begin", [attended_settings, service_settings])
def test_settings_with_one_bad_override_start_without_that_one_alone(
    museum: Path, overrides: str, begin: object
) -> None:
    (museum.parent / "state" / OVERRIDES).write_text(overrides)
    settings = begin(museum, {})  # type: ignore[operator]
    assert settings.config.ink.threshold == 0.7
    assert settings.config.camera.source == "auto"


def test_settings_with_one_bad_direction_start_without_that_one_alone(museum: Path) -> None:
    good, bad = f"{{name: {DIRECTION_NAMES[0]}, strength: 1}}", "{name: x, strength: 1e9}"
    (museum.parent / "state" / OVERRIDES).write_text(f"editing: {{directions: [{bad}, {good}]}}\n")
    settings = attended_settings(museum, {})
    assert [d.name for d in settings.config.editing.directions] == [DIRECTION_NAMES[0]]
    assert "editing.directions.0.strength" in settings.left_out[0]
    again = attended_settings(museum, {})
    assert (again.config, again.left_out) == (settings.config, ())


def test_attended_settings_another_bundle_is_tried_without_the_directions_it_lacks(
    museum: Path, tmp_path: Path
) -> None:
    """A direction of the museum's own bundle kept any other one from being tried."""
    other = write_bundle(tmp_path / "other")
    known = json.loads((other / DIRECTIONS_META).read_text(encoding="utf-8"))
    directions = f"[{{name: hers, strength: 1}}, {{name: {DIRECTION_NAMES[0]}, strength: 0.5}}]"
    museum.write_text(
        f"model: {{bundle: {tmp_path / 'tiny'}}}\nstage: {{mirror: false}}\n"
        f"editing: {{directions: {directions}}}\n"
    )
    assert DIRECTION_NAMES[0] in known
    settings = attended_settings(museum, command_line(None, str(other)))
    assert settings.left_out == (
        f"bundle 'other' has no direction 'hers'; it has {', '.join(known)}; left out",
    )
    assert settings.config.stage.mirror is False
    assert DIRECTION_NAMES[0] in [d.name for d in settings.config.editing.directions]
    with pytest.raises(ConfigError, match="'tiny' has no direction 'hers'"):
        attended_settings(museum, {})
