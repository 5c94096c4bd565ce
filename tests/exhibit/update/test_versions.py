"""Whatever ends an update, the computer must find a whole version at its next start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from exhibit.contract.errors import UpdateError
from exhibit.update import versions as module
from exhibit.update.versions import Versions
from tests.exhibit.update.made_up import begin, make_version, write_sources


class KilledError(Exception):
    """The process ended here."""


def _die_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """End what runs once so many links have changed."""
    left = step

    def changed(_folder: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KilledError

    monkeypatch.setattr(module, "sync_folder", changed)


def test_versions_trial_that_is_kept_has_a_way_back_and_the_last_two_stay(tmp_path: Path) -> None:
    versions = begin(tmp_path)
    first = versions.current
    for number in ("0.2.0", "0.3.0"):
        before = versions.current
        new = make_version(versions, number)
        versions.begin_trial(new)
        assert (versions.current, versions.trial) == (new, before)
        versions.confirm()
        assert (versions.current, versions.before, versions.trial) == (new, before, None)
    assert first is not None and not first.exists()
    assert len(list((tmp_path / "versions").iterdir())) == 2


def test_versions_trial_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    versions = begin(tmp_path)
    versions.begin_trial(make_version(versions, "0.2.0"))
    versions.confirm()
    links = (versions.current, versions.before)
    bad = make_version(versions, "0.3.0")
    versions.begin_trial(bad)
    versions.go_back()
    assert (versions.current, versions.before, versions.trial) == (*links, None)
    versions.prune()
    assert not bad.exists()


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("is_well", [True, False])
def test_versions_killed_at_every_step_have_a_whole_one_and_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, is_well: bool
) -> None:
    versions = begin(tmp_path)
    old, new = versions.current, make_version(versions, "0.2.0")
    with monkeypatch.context() as patched:
        _die_at(step, patched)
        try:
            versions.begin_trial(new)
            if is_well:
                versions.confirm()
            else:
                versions.go_back()
        except KilledError:
            assert step < 4
    found = Versions(tmp_path)
    assert found.current in (old, new)
    assert found.current is not None and found.is_whole(found.current)
    found.go_back()
    found.prune()
    assert found.trial is None and found.current in (old, new)
    third = make_version(versions, "0.3.0")
    found.begin_trial(third)
    found.confirm()
    assert found.current == third


def test_versions_that_is_not_whole_never_starts(tmp_path: Path) -> None:
    versions = begin(tmp_path)
    old = versions.current
    folder = versions.new_folder()
    write_sources(folder)
    with pytest.raises(UpdateError, match="not a whole version; nothing was changed"):
        versions.begin_trial(versions.name(folder))
    assert versions.current == old


def test_versions_half_made_by_a_killed_update_are_removed_by_the_next(tmp_path: Path) -> None:
    versions = begin(tmp_path)
    unnamed = versions.new_folder()
    half = versions.name(write_sources(versions.new_folder()))
    assert not unnamed.exists()
    whole = make_version(versions)
    assert not half.exists() and whole.exists() and versions.current is not None


def test_versions_without_one_that_starts_are_all_left(tmp_path: Path) -> None:
    versions = begin(tmp_path)
    first = versions.current
    (tmp_path / "current").unlink()
    versions.prune()
    assert first is not None and first.exists()


def test_versions_are_changed_by_one_process_at_a_time(tmp_path: Path) -> None:
    versions = begin(tmp_path)
    held = versions.lock()
    with pytest.raises(UpdateError, match="another update is under way"):
        versions.lock()
    os.close(held)
    os.close(versions.lock())


def test_version_is_named_by_its_number_and_the_time(tmp_path: Path) -> None:
    current = begin(tmp_path, "1.2.3").current
    assert current is not None and current.name == "1.2.3-20261129-040000"


@pytest.mark.parametrize(
    "project", ["", "nonsense", '[project]\nname = "other"\nversion = "1"\n', "[project]\n"]
)
def test_version_of_something_else_is_refused(tmp_path: Path, project: str) -> None:
    write_sources(tmp_path)
    (tmp_path / "pyproject.toml").write_text(project)
    with pytest.raises(UpdateError, match="no Tracing Table; expected its folder"):
        module.version_of(tmp_path)
