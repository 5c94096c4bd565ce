"""After silence every process runs what the page says, whatever was asked for and whoever died.

Spans exhibit.contract.settings, exhibit.operator and exhibit.engine.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from exhibit.contract.board import CommandInbox, send_command
from exhibit.contract.errors import ExhibitError
from exhibit.contract.settings import published
from exhibit.contract.settings.published import read_published
from exhibit.operator.state.scenes import Scene, SceneBook
from exhibit.operator.switching import switch_scene
from exhibit.supervisor.run_folder import memory_folder
from tests.fakes.running_table import BROKEN, GOOD, RunningTable, tell, without_room

PERSON = "kim"
SCENES = (
    Scene(name="Evening", settings={"stage": {"brightness": 0.1}}, fade_s=4, bundle="two"),
    Scene(name="Morning", settings={"stage": {"contrast": 1.5}, "model": {"psi": 0.5}}, fade_s=2),
    Scene(name="Noon", settings={"editing": {"directions": [{"name": "two"}]}}, fade_s=0),
)
LIVE = st.one_of(
    st.floats(0, 1.5, allow_subnormal=False).map(lambda v: {"model": {"psi": v}}),
    st.floats(-0.5, 0.5, allow_subnormal=False).map(lambda v: {"stage": {"brightness": v}}),
    st.sampled_from((*GOOD, "bolder")).map(
        lambda name: {"editing": {"directions": [{"name": name, "strength": 1.0}]}}
    ),
)
RISKY = st.one_of(
    st.sampled_from((0, 90, 180)).map(lambda v: {"stage": {"rotate": v}}),
    st.integers(0, 2).map(lambda v: {"stage": {"display": v}}),
    st.floats(0.65, 1, allow_subnormal=False).map(lambda v: {"stage": {"brightness": v}}),
    st.sampled_from(GOOD).map(lambda name: {"model": {"bundle": name}}),
)
FOR_A_START = st.sampled_from(("infrared", "visible")).map(lambda v: {"ink": {"light": v}})
KEYS = st.sampled_from(("stage", "model", "editing", "ink.light", "stage.brightness"))


class SettingsAsState(RuleBasedStateMachine):
    """What may happen to a table, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(dir=memory_folder()))
        self.table = RunningTable(self._folder)
        self.table.desk.scenes.write(SceneBook(scenes=SCENES))
        self._orders = [CommandInbox(self.table.run_dir, n) for n in ("stage", "supervisor")]

    def _ask(self, act: Callable[[], object]) -> None:
        """Ask as a person would, who is told where something is refused."""
        with contextlib.suppress(ExhibitError):
            act()

    @rule(patch=st.one_of(LIVE, RISKY, FOR_A_START))
    def save(self, patch: dict[str, Any]) -> None:
        self._ask(lambda: self.table.desk.settings.change(patch, PERSON))

    @rule(patch=LIVE)
    def try_out(self, patch: dict[str, Any]) -> None:
        self._ask(lambda: self.table.desk.settings.preview(patch))

    @rule()
    def drop_what_is_tried(self) -> None:
        self.table.desk.settings.drop_preview()

    @rule(key=KEYS)
    def reset(self, key: str) -> None:
        self._ask(lambda: self.table.desk.settings.reset([key], PERSON))

    @rule()
    def confirm(self) -> None:
        self.table.desk.settings.confirm(PERSON)

    @rule()
    def revert(self) -> None:
        self.table.desk.settings.revert()

    @rule(version=st.integers(0, 9))
    def restore(self, version: int) -> None:
        kept = self.table.desk.settings.versions.all()
        if version < len(kept):
            overrides = kept[version].overrides
            self._ask(lambda: self.table.desk.settings.replace(overrides, PERSON, "back"))

    @rule(wanted=st.sampled_from(("on", "off")))
    def safe_mode(self, wanted: Any) -> None:
        self.table.desk.settings.set_safe_mode(wanted)

    @rule(scene=st.sampled_from(SCENES))
    def switch(self, scene: Scene) -> None:
        self._ask(lambda: switch_scene(self.table.desk, scene.name, PERSON))

    @rule(name=st.sampled_from((*GOOD, BROKEN)))
    def use_bundle(self, name: str) -> None:
        self._ask(lambda: self.table.desk.bundles.begin(name, PERSON))

    @rule(seconds=st.sampled_from((0.1, 1.0, 70.0)))
    def page_ticks(self, seconds: float) -> None:
        self.table.tick_page(seconds)

    @rule(name=st.sampled_from(("engine", "stage")))
    def process_loops(self, name: str) -> None:
        self.table.loop(name)

    @rule()
    def supervisor_looks(self) -> None:
        self.table.look()

    @rule(name=st.sampled_from(("engine", "stage")))
    def process_dies(self, name: str) -> None:
        self.table.kill(name)

    @rule()
    def page_dies(self) -> None:
        self.table.start_page()

    @rule(is_full=st.booleans())
    def memory_fills(self, is_full: bool) -> None:
        published.tell = without_room if is_full else tell  # type: ignore[assignment]

    @rule(answers=st.booleans())
    def disk_is_slow(self, answers: bool) -> None:
        (self.table.disk.set if answers else self.table.disk.clear)()

    @rule()
    def queues_fill(self) -> None:
        for name in ("stage", "supervisor"):
            while send_command(self.table.run_dir, name, {"do": "freeze", "on": True}):
                pass

    def teardown(self) -> None:
        published.tell = tell
        try:
            self.table.fall_silent()
            self._check()
        finally:
            for inbox in self._orders:
                inbox.close()
            shutil.rmtree(self._folder)

    def _check(self) -> None:
        table, says = self.table, self.table.desk.settings.effective
        assert says == table.desk.settings.layers.effective()
        assert table.engine is not None
        assert table.stage is not None
        bundle: Any = table.engine.bundle.opened
        assert (bundle.name, bundle.config) == (says.model.bundle, says)
        assert table.engine.config == table.stage.config == says
        found = read_published(table.run_dir)
        assert (found.config, found.generation) == (says, table.desk.settings.in_force.generation)
        assert table.desk.table.waiting_for(found.generation) == []
        assert table.desk.settings.trial is None
        assert not table.desk.fade.active


SettingsAsState.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
test_settings_as_state = pytest.mark.timeout(600)(SettingsAsState.TestCase)
