"""The operator's desk: everything that the routes share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exhibit.contract.board import read_status
from exhibit.contract.settings.layers import Layer
from exhibit.contract.settings.published import Published
from exhibit.contract.table_state import TableState
from exhibit.operator.access.accounts import FOLDER, Accounts
from exhibit.operator.access.delays import LoginDelays
from exhibit.operator.access.sessions import Sessions
from exhibit.operator.bundle_store import FOLDER as FOLDER_OF_BUNDLES
from exhibit.operator.bundles import Bundles
from exhibit.operator.calibrating import Calibrating
from exhibit.operator.hub import Hub
from exhibit.operator.machine import measure
from exhibit.operator.notices.notices import Notices
from exhibit.operator.orders import Orders
from exhibit.operator.pictures import Pictures
from exhibit.operator.recent import Recent
from exhibit.operator.state.fading import Fade
from exhibit.operator.state.in_force import Change
from exhibit.operator.state.journal import Journal
from exhibit.operator.state.scenes import SceneFile
from exhibit.operator.state.settings import Settings
from exhibit.operator.state.visits import Visits
from exhibit.operator.state.watch import Watch
from exhibit.operator.strips import Strips

# What a page that is started again must not tell twice; its own status goes with its process.
HEARD = "operator.heard"


@dataclass(slots=True, eq=False)
class Desk:
    """What lies on the desk; the parts know nothing of HTTP.

    `shown_password` is the generated one while the table is not claimed. Passwords are hashed one
    at a time (`hashing`): it takes memory on purpose, and a crowd must not add it up. A page that
    `is_apart` is started again by the service manager, not by the supervisor.
    """

    run_dir: Path
    state_dir: Path
    table: TableState
    orders: Orders
    settings: Settings
    accounts: Accounts
    sessions: Sessions
    delays: LoginDelays
    events: Journal
    notices: Notices
    watch: Watch
    audit: Journal
    scenes: SceneFile
    fade: Fade
    bundles: Bundles
    strips: Strips
    calibrating: Calibrating
    visits: Visits
    hub: Hub
    pictures: Pictures
    recent: Recent = field(default_factory=Recent)
    drawing: bool = False
    machine: dict[str, Any] = field(default_factory=dict)
    base_file: Path | None = None
    is_apart: bool = False
    restarted_at: float = float("-inf")
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    shown_password: str = ""
    fingerprint: str = ""
    certificate: Path | None = None
    certificate_fault: str = ""
    mqtt_fault: str = ""


def lay_out(
    start: Published, saved: Layer, run_dir: Path, clock: Callable[[], float] = time.monotonic
) -> Desk:
    """Return the desk of a running table.

    Args:
        start: the settings as they were published last.
        saved: the operator's overrides.
        run_dir: the folder that the processes share.
        clock: monotonic seconds.
    """
    state_dir = start.file.state_dir
    table, hub = TableState(run_dir, clock), Hub()
    events = Journal(state_dir / "log", "events")

    def tell(change: Change) -> None:
        told = {"changed": change.changed, "restarts": change.restarts}
        hub.send("settings", {**told, "generation": change.generation})

    settings = Settings(start, saved, run_dir, tell, clock)
    notices = Notices(settings.effective.notices, state_dir / FOLDER, clock)
    events.listeners.append(notices.hear)
    events.listeners.append(lambda record: hub.send("log", record))
    watch = Watch(events, clock, _heard(run_dir, clock()))
    watch.listeners.append(lambda told: hub.send("event", told))
    return Desk(
        machine=measure(state_dir),
        run_dir=run_dir,
        state_dir=state_dir,
        table=table,
        orders=Orders(run_dir),
        settings=settings,
        accounts=Accounts(state_dir),
        sessions=Sessions(run_dir / "operator.sessions.json", clock),
        delays=LoginDelays(state_dir / FOLDER / "failures.json"),
        events=events,
        notices=notices,
        watch=watch,
        audit=Journal(state_dir / FOLDER, "audit"),
        scenes=SceneFile(state_dir),
        fade=Fade(settings, clock),
        visits=Visits(state_dir),
        bundles=Bundles(
            settings, table, events, clock=clock, uploaded=state_dir / FOLDER_OF_BUNDLES
        ),
        strips=Strips(state_dir),
        calibrating=Calibrating(run_dir),
        hub=hub,
        pictures=Pictures(run_dir, clock),
    )


def arrival(desk: Desk) -> dict[str, Any]:
    """Return which generation of settings holds, and the processes that do not run it yet."""
    in_force = desk.settings.in_force
    waiting = desk.table.waiting_for(in_force.generation)
    return {"generation": in_force.generation, "waiting_for": waiting}


def _heard(run_dir: Path, now: float) -> tuple[float, int]:
    heard = read_status(run_dir, HEARD)
    at, number = float(heard.get("at", 0.0)), int(heard.get("number", 0))
    # A run folder that outlived the machine's start holds times of another clock.
    return (at, number) if at <= now else (0.0, 0)
