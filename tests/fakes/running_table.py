"""A table without a camera or a window: the real page, and what its processes do with settings."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from exhibit.contract.board import clear_status, write_status
from exhibit.contract.bundle import DIRECTIONS_META
from exhibit.contract.errors import REFUSED, BundleError
from exhibit.contract.settings import published
from exhibit.contract.settings.overrides import saved_overrides
from exhibit.contract.settings.published import Follower, read_published
from exhibit.contract.settings.schema import Config, ModelConfig
from exhibit.engine.following import Following
from exhibit.operator.bundles import Bundles
from exhibit.operator.desk import Desk, lay_out
from exhibit.operator.strips import Strips
from tests.fakes.clock import FakeClock
from tests.fakes.settings import begin_with
from tests.patience import wait_until

GOOD, BROKEN = ("one", "two", "three"), "broken"
CARD = {
    "artist": "nobody",
    "collection": "made up",
    "licence": "Apache-2.0",
    "resolution": 32,
    "num_ws": 8,
    "w_dim": 16,
    "ink_size": 32,
    "stroke_width_px": 2.0,
    "inversion": "w_plus",
    "files": {},
}


@dataclass
class FakeBundle:
    """Networks that are not there, and the settings they were given last."""

    name: str
    config: Config | None = None

    @property
    def card(self) -> FakeBundle:
        """Has a name."""
        return self

    def configure(self, config: Config) -> str:
        """Take settings."""
        self.config = config
        return ""


def open_fake(config: Config, disk: threading.Event) -> Any:
    """Open a bundle that settings name, beside another one once the `disk` answers."""
    if threading.current_thread() is not threading.main_thread():
        disk.wait(60)
    if config.model.bundle == BROKEN:
        raise BundleError("broken: not what its card says")
    return FakeBundle(config.model.bundle)


@dataclass
class RunningTable:
    """The page, the engine and the stage of one run folder; each may die at any time."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    desk: Desk = field(init=False)
    engine: Following | None = None
    stage: Follower | None = None
    refused: dict[str, str] = field(default_factory=dict)
    disk: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.run_dir = self.folder / "run"
        self.run_dir.mkdir()
        for name in (*GOOD, BROKEN):
            place = self.folder / "bundles" / name
            place.mkdir(parents=True)
            (place / "card.yaml").write_text(yaml.safe_dump({**CARD, "name": name}))
            meta = {known: {"safe_range": [-3, 3]} for known in ("bolder", name)}
            (place / DIRECTIONS_META).write_text(json.dumps(meta))
        file = Config(state_dir=self.folder / "state", model=ModelConfig(bundle=GOOD[0]))
        begin_with(self.run_dir, file)
        self.start_page()

    def start_page(self) -> None:
        """Let the page die, if it runs, and start it again."""
        start = read_published(self.run_dir)
        saved = saved_overrides(start.file).layer
        self.desk = lay_out(start, saved, self.run_dir, self.clock)
        self.desk.strips = Strips(self.folder, lambda _: None)
        desk, bundles = self.desk, self.folder / "bundles"
        desk.bundles = Bundles(desk.settings, desk.table, desk.events, bundles, self.clock)
        desk.settings.bundles_dir = bundles

    def kill(self, name: str) -> None:
        """Let engine or stage die; the supervisor starts it again at its next look."""
        clear_status(self.run_dir, name)
        setattr(self, name, None)

    def look(self) -> None:
        """Look once as the supervisor does: start what died, and what must start again."""
        starts: dict[str, Callable[[], Any]] = {
            "engine": lambda: Following(Follower(self.run_dir, "engine"), self._open),
            "stage": lambda: Follower(self.run_dir, "stage"),
        }
        for name, start in starts.items():
            process = getattr(self, name)
            if process is not None and process.status()["outdated"]:
                self.kill(name)
            if getattr(self, name) is None:
                self.refused[name] = ""
                try:
                    setattr(self, name, start())
                except BundleError:
                    self.refused[name] = f"exit code {REFUSED}"
        said = {
            name: {
                "pid": None if getattr(self, name) is None else 1,
                "restarts": 0,
                "last_exit": self.refused[name],
            }
            for name in starts
        }
        write_status(self.run_dir, "supervisor", {"processes": said})

    def loop(self, name: str) -> None:
        """Let engine or stage go once through its loop."""
        process = getattr(self, name)
        if process is not None:
            process.follow()
            write_status(self.run_dir, name, process.status())

    def tick_page(self, seconds: float) -> None:
        """Let time pass, and let the page do what it does once a second."""
        self.clock.advance(seconds)
        desk = self.desk
        desk.fade.step()
        desk.settings.in_force.publish()
        if desk.settings.revert_if_due() is None and desk.settings.trial and desk.table.refusing():
            desk.settings.revert()
        desk.bundles.look(desk.table.look()["engine"])

    def fall_silent(self) -> None:
        """Let two minutes pass in which nobody asks for anything and nothing goes wrong."""
        self.disk.set()
        for _ in range(120):
            self.look()
            if self.engine is not None and self.engine.bundle.opening is not None:
                wait_until(self._has_opened, "the bundle is opened or refused")
            self.loop("engine")
            self.loop("stage")
            self.tick_page(1.0)

    def _open(self, config: Config) -> Any:
        return open_fake(config, self.disk)

    def _has_opened(self) -> bool:
        assert self.engine is not None
        self.engine.follow()
        return self.engine.bundle.opening is None


def without_room(*_: object) -> bool:
    """Stand in for `published.tell` while the memory file system is full."""
    return False


tell = published.tell
"""What publishes where there is room."""
