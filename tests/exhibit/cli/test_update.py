"""An update must end with a table that shows: the new one where it is well, else the old one.

Real processes in a folder of their own; only the environments of the versions are not made anew.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from exhibit.cli import main
from exhibit.cli.update import _make
from exhibit.contract.errors import UpdateError
from exhibit.update.versions import Versions
from tests.exhibit.update.made_up import begin, write_sources
from tests.fakes.bundle import write_bundle
from tests.fakes.small_disk import small_disk
from tests.patience import PATIENCE_S, wait_until

ROOT = Path(__file__).parents[3]
_BEGIN = """
import functools, os, sys
from exhibit.cli import main, update
if "WITHIN_S" in os.environ:
    update.Trial = functools.partial(update.Trial, within_s=float(os.environ["WITHIN_S"]))
main()
"""
_MAKEFILE = """
.venv/.runtime-is-installed:
	mkdir -p .venv/bin
	printf '#!/bin/sh\\nPYTHONPATH=%s exec %s "$$@"\\n' "$(CURDIR)" "{begin}" > .venv/bin/exhibit
	chmod +x .venv/bin/exhibit
	touch $@
"""
_RESTART = """
import os, signal, subprocess, sys, time
from pathlib import Path
home = Path(sys.argv[1])
pid = home / "pid"
try:
    os.kill(int(pid.read_text()), signal.SIGTERM)
    while Path(f"/proc/{int(pid.read_text())}/cmdline").read_bytes(): time.sleep(0.05)
except (FileNotFoundError, ProcessLookupError):
    pass
exhibit = home / "opt/current/.venv/bin/exhibit"
command = [exhibit, "run", "--headless", "--config", home / "config.yaml"]
with (home / "said.txt").open("ab") as said:
    table = subprocess.Popen(command, cwd=home, stdout=said, stderr=said, start_new_session=True)
pid.write_text(str(table.pid))
"""
_BREAKS = """
import sys
if "--dry-run" not in sys.argv and {"--headless", "--run-dir"} & set(sys.argv):
    sys.exit(3)
"""
_CONFIG = """
camera: {{source: simulated, seed: 3, width: 160, height: 120, fps: 5}}
model: {{bundle: {bundle}, fallback: "", threads: 1}}
stage: {{width: 160, height: 120, fps: 10}}
web: {{port: 0}}
operator: {{port: 0}}
supervisor: {{heartbeat_timeout_s: 60}}
"""


class Kiosk:
    """A table that is installed for updates, and started by a command instead of systemd."""

    def __init__(self, home: Path) -> None:
        self.home, self.prefix = home, home / "opt"
        bundle = write_bundle(home / "bundle")
        (home / "config.yaml").write_text(_CONFIG.format(bundle=bundle))
        (home / "restart.py").write_text(_RESTART)
        (home / "begin.py").write_text(_BEGIN)
        self.restart = f"{sys.executable} {home}/restart.py {home}"
        versions = Versions(self.prefix)
        first = versions.name(shutil.copytree(self.sources(), self._made(versions)))
        subprocess.run(["make", "-sC", first, ".venv/.runtime-is-installed"], check=True)
        versions.seal(first)
        (self.prefix / "current").symlink_to(first)
        self.versions = versions

    @staticmethod
    def _made(versions: Versions) -> Path:
        folder = versions.new_folder()
        folder.rmdir()
        return folder

    def sources(self, name: str = "sources") -> Path:
        """Write the sources of a version."""
        folder = self.home / name
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "exhibit", folder / "exhibit", ignore=ignore)
        shutil.copytree(ROOT / "systemd", folder / "systemd")
        shutil.copy(ROOT / "pyproject.toml", folder)
        makefile = _MAKEFILE.format(begin=f"{sys.executable} {self.home}/begin.py")
        (folder / "Makefile").write_text(makefile)
        return folder

    def start(self) -> None:
        """Start the table and wait until it shows."""
        subprocess.run(self.restart.split(), check=True)
        wait_until(self.shows, "the table shows")

    def exhibit(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the version that starts."""
        return subprocess.run(
            [self.prefix / "current/.venv/bin/exhibit", *arguments],
            cwd=self.home,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_S,
            check=False,
        )

    def update(
        self, *arguments: str, within_s: float = PATIENCE_S
    ) -> subprocess.CompletedProcess[str]:
        """Update, with as much time to come up as a busy machine needs."""
        return self.exhibit("update", "--restart", self.restart, *arguments, WITHIN_S=str(within_s))

    def shows(self) -> bool:
        """Whether the table that starts shows; on a busy machine its camera may be late."""
        said = self.exhibit("health", "--json").stdout
        return bool(said) and bool(json.loads(said)["shows"])

    def events(self, what: str) -> list[str]:
        """What the page's log tells of a kind."""
        files = (self.home / "state" / "log").glob("events-*.jsonl")
        lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        return [line["text"] for line in lines if line["what"] == what]

    def end(self) -> None:
        """End the table."""
        pid = self.home / "pid"
        if pid.exists():
            os.kill(int(pid.read_text()), signal.SIGTERM)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path)
    yield kiosk
    kiosk.end()


def test_update_outside_of_versions_is_refused() -> None:
    said = CliRunner().invoke(main, ["update", "."])
    assert said.exit_code == 2
    assert "not installed for updates; expected .../versions/NAME" in said.stderr


def test_update_names_the_versions_that_are_there(kiosk: Kiosk) -> None:
    current = kiosk.versions.current
    assert current is not None
    said = kiosk.exhibit("update")
    assert (said.returncode, said.stdout) == (0, f"current: {current.name}\nbefore: none\n")


@pytest.mark.parametrize("fills", ["its sources", "what is made of them"])
def test_update_without_room_is_refused_and_gives_the_room_back(tmp_path: Path, fills: str) -> None:
    makes = ".venv/.runtime-is-installed:\n\thead -c 900000 /dev/urandom > large\n"
    sources = write_sources(tmp_path / "new", "0.2.0", makes)
    if fills == "its sources":
        (sources / "large").write_bytes(bytes(900_000))
    with small_disk(tmp_path / "opt", 500_000) as prefix:
        versions = begin(prefix)
        old = versions.current
        assert old is not None
        lock = versions.lock()
        with pytest.raises(UpdateError, match=r"No space left on device|not made, see above"):
            _make(versions, str(sources), lock)
        os.close(lock)
        assert list((prefix / "versions").iterdir()) == [old]
        assert (versions.current, versions.trial, versions.is_whole(old)) == (old, None, True)


def test_update_that_fails_its_own_checks_changes_nothing(kiosk: Kiosk) -> None:
    old, new = kiosk.versions.current, kiosk.sources("new")
    (new / "exhibit" / "checks" / "doctor.py").write_text("raise SystemExit('broken')\n")
    said = kiosk.update(str(new))
    assert said.returncode == 2
    assert "doctor --config" in said.stderr and "Traceback" not in said.stderr
    assert (kiosk.versions.current, kiosk.versions.trial) == (old, None)


@pytest.mark.slow
def test_update_to_a_version_that_is_well_shows_it_and_back_shows_the_old_one(kiosk: Kiosk) -> None:
    kiosk.start()
    old = kiosk.versions.current
    said = kiosk.update(str(kiosk.sources("new")))
    new = kiosk.versions.current
    assert said.returncode == 0, said.stdout + said.stderr
    assert new != old and kiosk.versions.before == old and kiosk.shows()
    wait_until(lambda: kiosk.events("update"), "the page tells of the update")
    assert kiosk.update("--back").returncode == 0
    assert (kiosk.versions.current, kiosk.versions.before) == (old, new)
    assert kiosk.shows()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "says"),
    [("engine/process.py", "the engine"), ("supervisor/run_folder.py", "no table")],
)
def test_update_to_a_version_that_breaks_while_it_runs_goes_back_by_itself_and_says_so(
    kiosk: Kiosk, broken: str, says: str
) -> None:
    kiosk.start()
    old, new = kiosk.versions.current, kiosk.sources("new")
    with (new / "exhibit" / broken).open("a") as file:
        # What checks cannot see, since they start nothing.
        file.write(_BREAKS)
    said = kiosk.update(str(new), within_s=25.0)
    assert said.returncode == 1, said.stdout + said.stderr
    assert says in said.stdout and f"{old.name if old else ''} shows again" in said.stdout
    assert (kiosk.versions.current, kiosk.versions.trial) == (old, None)
    wait_until(kiosk.shows, "the old version shows again")
    wait_until(lambda: kiosk.events("update failed"), "the page tells that it went back")


_FAKE = """#!/bin/sh
case "$1" in
health) echo '{"shows": true, "life": "x", "reasons": []}';;
update) shift; PYTHONPATH=HERE exec INTERPRETER -c "$SCRIPT" update "$@";;
esac
"""
_HASTY = """
import functools
from exhibit.cli import main, update
from exhibit.update import trial
trial._LOOK_EVERY_S = 0.05
update.Trial = functools.partial(update.Trial, within_s=5.0, steady_s=0.2)
main()
"""


@pytest.mark.slow
def test_update_killed_at_any_moment_leaves_a_whole_version_that_starts(kiosk: Kiosk) -> None:
    sources = kiosk.sources("new")
    fake = _FAKE.replace("HERE", "$(dirname $(dirname $(dirname $(readlink -f $0))))")
    (sources / "fake").write_text(fake.replace("INTERPRETER", sys.executable))
    (sources / "Makefile").write_text(
        ".venv/.runtime-is-installed:\n\tmkdir -p .venv/bin\n\tcp fake .venv/bin/exhibit\n"
        "\tchmod +x .venv/bin/exhibit\n\ttouch $@\n"
    )
    chance = random.Random(20)
    environment = {**os.environ, "SCRIPT": _HASTY}
    config = kiosk.home / "config.yaml"
    began = time.monotonic()
    arguments = ["update", "--config", str(config), "--restart", "true", str(sources)]
    assert kiosk.exhibit(*arguments, SCRIPT=_HASTY).returncode == 0
    lasts_s = time.monotonic() - began
    completed = 0
    for _ in range(40):
        command = kiosk.prefix / "current/.venv/bin/exhibit"
        updating = subprocess.Popen(
            [command, *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            updating.wait(chance.uniform(0.0, lasts_s))
        except subprocess.TimeoutExpired:
            updating.kill()
            updating.wait()
        found = Versions(kiosk.prefix)
        assert found.current is not None and found.is_whole(found.current)
        assert kiosk.exhibit("health").returncode == 0
        if found.trial is not None:
            finished = kiosk.exhibit("update", "--finish", "--config", str(config), SCRIPT=_HASTY)
            assert finished.returncode == 0
            assert found.trial is None and found.current is not None
        completed += updating.returncode == 0
    left = kiosk.exhibit(*arguments, SCRIPT=_HASTY)
    assert left.returncode == 0, left.stdout + left.stderr
    assert completed < 40
