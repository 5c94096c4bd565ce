"""A desk without a table: state folder, run folder and clock of a test, and a browser for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from exhibit.contract.board import CommandInbox, Heart, write_status
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.operator import OperatorConfig
from exhibit.contract.settings.overrides import saved_overrides
from exhibit.contract.settings.published import Published, publish, read_published
from exhibit.contract.settings.schema import Config
from exhibit.operator.access import secrets
from exhibit.operator.access.certificate import Files, Tls, own_files
from exhibit.operator.access.roles import Role
from exhibit.operator.app import make_app
from exhibit.operator.calibrating import Calibrating
from exhibit.operator.desk import Desk, lay_out
from exhibit.operator.server import Server
from exhibit.operator.strips import Strips
from tests.exhibit.operator.running_page import HOST, Page
from tests.fakes.clock import FakeClock

PASSWORD = "a pencil on thin paper"

DeskMaker = Callable[..., Desk]
ServerMaker = Callable[..., Server]
Browser = Callable[[], TestClient]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the least memory: these tests are about what is hashed, not how slowly."""
    monkeypatch.setattr(secrets, "_MEMORY_KIB", 8)
    monkeypatch.setattr(secrets, "_PASSES", 1)


@pytest.fixture
def make_desk(tmp_path: Path, clock: FakeClock) -> DeskMaker:
    """Make a desk; called twice it is the same table after a restart of the page."""

    def make(command_line: dict[str, object] | None = None) -> Desk:
        run_dir, state_dir = tmp_path / "run", tmp_path / "state"
        run_dir.mkdir(exist_ok=True)
        if command_line is not None or not (run_dir / "settings.json").exists():
            file = Config(state_dir=state_dir)
            config = apply_overrides(file, command_line or {})
            publish(run_dir, Published(1, config, file, {"command_line": command_line or {}}))
        start = read_published(run_dir)
        desk = lay_out(start, saved_overrides(start.file).layer, run_dir, clock)
        desk.strips = Strips(state_dir, lambda _: None)
        desk.calibrating = Calibrating(run_dir, lambda _: None)
        return desk

    return make


@pytest.fixture
def desk(make_desk: DeskMaker) -> Desk:
    return make_desk()


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    return make_app(desk, [HOST])


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    """Open a browser with an empty cookie jar."""

    def open_one() -> TestClient:
        return TestClient(app, base_url=f"https://{HOST}", follow_redirects=False)

    return open_one


@pytest.fixture
def admin(browser: Browser, desk: Desk) -> TestClient:
    desk.accounts.set_password(PASSWORD)
    client = browser()
    answer = client.post("/api/v1/login", json={"password": PASSWORD})
    assert answer.status_code == 200
    return client


@pytest.fixture
def holder(desk: Desk, browser: Browser) -> Callable[[Role], TestClient]:
    """Open a browser that sends a token of a role, or none for ANYONE."""

    def open_one(role: Role) -> TestClient:
        client = browser()
        if role > Role.ANYONE:
            secret = desk.accounts.add_token(f"for {role.word}", role)
            client.headers["Authorization"] = f"Bearer {secret}"
        return client

    return open_one


class FakeTable:
    """The processes as the page meets them: beats, statuses, and boxes that take commands."""

    def __init__(self, run_dir: Path, clock: FakeClock) -> None:
        self.run_dir, self._clock = run_dir, clock
        self.boxes = {n: CommandInbox(run_dir, n) for n in ("engine", "stage", "supervisor")}
        self.live()

    def live(self) -> None:
        """Stage and engine beat and say that all is well."""
        for name in ("engine", "stage"):
            Heart(self.run_dir, name)
            heart = Heart(self.run_dir, name)
            heart.beat()
        self._clock.now = heart.last
        lately = {"fps": 60.0, "camera_to_light_ms": None}
        self.say("stage", state="picture", lately=lately, faults=[], frames=10)
        self.say("engine", state="showing", provider="cuda", faults=[], bundle="lear", pictures=3)
        processes = {
            name: {"pid": 1, "restarts": 0, "last_exit": ""} for name in ("engine", "stage")
        }
        self.say("supervisor", processes=processes)

    def say(self, name: str, **status: object) -> None:
        """Publish the status of a process."""
        write_status(self.run_dir, name, status)

    def told(self, name: str) -> list[dict[str, object]]:
        """Return the commands that a process got since the last call."""
        return self.boxes[name].drain()

    def close(self) -> None:
        """Remove the sockets."""
        for box in self.boxes.values():
            box.close()


@pytest.fixture
def table(desk: Desk, clock: FakeClock):  # type: ignore[no-untyped-def]
    fake = FakeTable(desk.run_dir, clock)
    yield fake
    fake.close()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return own_files(tmp_path / "tls", [HOST, "localhost"], ["127.0.0.1"])


@pytest.fixture
def make_server(desk: Desk, files: Files, clock: FakeClock) -> Iterator[ServerMaker]:
    """Make the page's server on a free port, of this desk or another one."""
    made = []

    def make(of: Desk = desk, **page: object) -> Server:
        config = OperatorConfig.model_validate({"port": 0, **page})
        made.append(Server(make_app(of, [HOST]), config, Tls(files), clock))
        return made[-1]

    yield make
    for server in made:
        server._here.close()


@pytest.fixture
def running_page(tmp_path: Path) -> Iterator[Page]:
    """The page's process with nothing around it."""
    running = Page(tmp_path)
    yield running
    running.process.kill()
    running.process.communicate()
