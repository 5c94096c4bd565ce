"""A kiosk from a bare Debian, as `docs/install-a-kiosk.md` has it: installed, booted, looked at.

    apt install debootstrap systemd-container
    python -m benchmarks.kiosk /var/tmp/kiosk --suite trixie --out kiosk.json

As root. FOLDER gets a Debian, which is kept and taken again. It boots with systemd in a container
that shares this machine's network; the page's own commands are run in it. cage has a window on an X
server in memory (Xvfb) in the place of a projector, and what arrives there is photographed after
every start: a compositor that is asked for a photograph may compose another picture than it shows.
Measured are the units' exposure, the time from `systemctl start` to the first picture that arrives,
and what failed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import psutil

_ROOT = Path(__file__).resolve().parents[1]
_PAGE = _ROOT / "docs" / "install-a-kiosk.md"
_MIRROR = "http://deb.debian.org/debian"
# What Debian's installer puts on every machine, and debootstrap's smallest variant leaves out; and
# what stands for a projector.
_BARE = ("systemd-sysv", "udev", "dbus", "ca-certificates", "xvfb")
_FIRST = "opt/tracing-table/versions/first"
_UNITS = ("tracing-table-screen", "tracing-table", "tracing-table-page")
_DISPLAY = ":347"
_SYSTEM = "etc/systemd/system"
_UP = "/run/projector.up"
"""Xvfb writes into it once it answers; that its socket is there may be left from a start before."""
_PROJECTOR = f"""[Unit]
Before=tracing-table-screen.service
[Service]
ExecStartPre=/bin/rm -f {_UP} /tmp/.X11-unix/X{_DISPLAY[1:]} /tmp/.X{_DISPLAY[1:]}-lock
ExecStart=/bin/sh -c 'exec /usr/bin/Xvfb {_DISPLAY} -ac -screen 0 1024x768x24 -displayfd 3 3>{_UP}'
ExecStartPost=/bin/sh -c 'until test -s {_UP}; do sleep 0.1; done'
"""
_PLUGGED_IN = f"""[Unit]
Requires=projector.service
After=projector.service
[Service]
Environment=WLR_BACKENDS=x11 WLR_RENDERER=pixman DISPLAY={_DISPLAY}
BindPaths=/tmp/.X11-unix
"""
_EXHIBIT = "/opt/tracing-table/current/.venv/bin"
_START_AND_LOOK = """
import json, subprocess, sys, time
from PIL import ImageGrab
unit, display = sys.argv[1:3]
dark, bright, until_s = int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
began, started_s, seen_s, picture = time.monotonic(), None, None, None
starting = subprocess.Popen(["systemctl", "start", unit])
while (passed_s := time.monotonic() - began) < until_s and None in (started_s, seen_s):
    try:
        picture = ImageGrab.grab(xdisplay=display)
    except OSError:  # nothing can arrive at a projector that is off
        time.sleep(0.02)
        continue
    width, height = picture.size
    middle = picture.crop((width // 4, height // 4, 3 * width // 4, 3 * height // 4))
    darkest, brightest = middle.convert("L").getextrema()
    if seen_s is None and darkest < dark and brightest > bright:
        seen_s = time.monotonic() - began
    if started_s is None and starting.poll() is not None:
        started_s = time.monotonic() - began
    time.sleep(0.02)
if picture is not None:
    picture.save("/root/stage.png")
print(json.dumps({"started_s": started_s, "seen_s": seen_s, "code": starting.wait()}))
"""
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_STARTS = 5
_BOOT_S, _SETTLE_S, _SEEN_WITHIN_S = 300.0, 15.0, 60.0
_DARK, _BRIGHT = 128, 192
"""Of 255, in the middle: a drawing's lines and its paper. An empty sheet is no picture yet."""


class Container:
    """A Debian that booted in a folder."""

    def __init__(self, folder: Path, leader: int) -> None:
        self.folder, self._leader = folder, leader

    def run(self, *command: str, may_fail: bool = False) -> str:
        """Run a command in it; returns what it said.

        Raises:
            click.ClickException: it failed.
        """
        inside = ["nsenter", "-t", str(self._leader), "-m", "-p", "-u", "-i", "-C"]
        clean = ["env", "-i", f"PATH={_PATH}", "HOME=/root", "LANG=C.UTF-8"]
        done = subprocess.run(
            [*inside, *clean, "DEBIAN_FRONTEND=noninteractive", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode and not may_fail:
            tail = "\n".join(done.stdout.splitlines()[-20:])
            raise click.ClickException(
                f"`{' '.join(command)}` ended with {done.returncode}:\n{tail}"
            )
        return done.stdout


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--suite", default="trixie", show_default=True, help="trixie is 13, bookworm 12.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("kiosk.json"))
@click.option("--shot", type=click.Path(path_type=Path, dir_okay=False), help="A PNG of the stage.")
def main(folder: Path, suite: str, out: Path, shot: Path | None) -> None:
    """Make a kiosk in FOLDER and look at it."""
    if os.geteuid() != 0:
        raise click.ClickException("a Debian is made by root")
    folder = folder.resolve()
    if not (folder / "etc" / "debian_version").exists():
        subprocess.run(
            ["debootstrap", "--variant=minbase", suite, str(folder), _MIRROR], check=True
        )
    if not (folder / "usr" / "sbin" / "init").is_symlink():
        (folder / "etc" / "resolv.conf").write_text(Path("/etc/resolv.conf").read_text())
        apt = "apt-get update && apt-get install -y " + " ".join(_BARE)
        spawn = [*_nspawn(folder), "--pipe", "/bin/sh", "-c", apt]
        subprocess.run(spawn, check=True, stdout=subprocess.DEVNULL)
    _plug_projector(folder)
    with _booted(folder) as container:
        found = _look(container, shot)
    out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(found, indent=1))


def _look(container: Container, shot: Path | None) -> dict[str, Any]:
    began = time.monotonic()
    _install(container)
    installed_s = time.monotonic() - began
    starts = [_start(container, shot) for _ in range(_STARTS)]
    page_s = _started_s(container, _UNITS[2])
    time.sleep(_SETTLE_S)
    health = f"{_EXHIBIT}/exhibit"
    found = {
        "debian": (container.folder / "etc" / "debian_version").read_text().strip(),
        "systemd": container.run("systemctl", "--version").split()[1],
        "installed_s": round(installed_s),
        "verified": container.run("systemd-analyze", "verify", "--man=no", *_files(container)),
        "exposure": {unit: _exposure(container, unit) for unit in _files(container)},
        "table_started_s": [start["started_s"] for start in starts],
        "picture_on_projector_s": [start["seen_s"] for start in starts],
        "page_started_s": page_s,
        "active": [container.run("systemctl", "is-active", unit).strip() for unit in _UNITS],
        "health": json.loads(container.run(health, "health", "--json", may_fail=True)),
        "load": os.getloadavg()[0],
    }
    container.run("systemctl", "stop", *_UNITS)
    return found


def _install(container: Container) -> None:
    """Run the page's own commands; its clone is one of this checkout."""
    text = _PAGE.read_text(encoding="utf-8")
    block = text[text.index("```sh") + 5 : text.index("```", text.index("```sh") + 5)]
    first = container.folder / _FIRST
    if not first.exists():
        first.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "clone", "--quiet", str(_ROOT), str(first)], check=True)
        subprocess.run(["chown", "-R", "root:root", str(first)], check=True)
    for line in re.sub(r" *\\\n *", " ", block).strip().splitlines():
        command = line.partition(" #")[0].strip()
        if not command.startswith("git "):
            container.run("sh", "-c", command.replace("apt install", "apt-get install -y"))


def _start(container: Container, shot: Path | None) -> dict[str, Any]:
    """Start screen and table, and look at what arrives at the projector until it is a picture.

    Returns:
        seconds until `systemctl start` came back and until the first picture, None where none came.
    """
    container.run("systemctl", "stop", *_UNITS)
    # Where it has been installed before, it has started at boot too: with all of these that is once
    # more than the table's unit allows in ten minutes, and it would start the computer anew.
    container.run("systemctl", "reset-failed", may_fail=True)
    container.run("systemctl", "start", _UNITS[0])
    given = (_UNITS[1], _DISPLAY, str(_DARK), str(_BRIGHT), str(_SEEN_WITHIN_S))
    said = container.run(f"{_EXHIBIT}/python", "-c", _START_AND_LOOK, *given)
    found: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    if found["code"]:
        raise click.ClickException(f"{_UNITS[1]}: does not start: {said}")
    if shot is not None:
        shot.write_bytes((container.folder / "root" / "stage.png").read_bytes())
    return {name: value and round(value, 2) for name, value in found.items()}


def _started_s(container: Container, unit: str) -> float:
    """Return how long `systemctl start` takes."""
    began = time.monotonic()
    container.run("systemctl", "start", unit)
    return round(time.monotonic() - began, 2)


def _files(container: Container) -> list[str]:
    units = (container.folder / _SYSTEM).glob("tracing-table*.service")
    return [f"/{_SYSTEM}/{path.name}" for path in sorted(units)]


def _exposure(container: Container, unit: str) -> float:
    said = container.run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    found = re.search(r"Overall exposure level for .*: ([0-9.]+)", said)
    if found is None:
        raise click.ClickException(f"{unit}: systemd-analyze says no exposure")
    return float(found[1])


def _plug_projector(folder: Path) -> None:
    """Let an X server stand for a projector."""
    for place, text in (
        ("projector.service", _PROJECTOR),
        ("tracing-table-screen.service.d/projector.conf", _PLUGGED_IN),
    ):
        file = folder / _SYSTEM / place
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _nspawn(folder: Path) -> list[str]:
    return ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "-D", str(folder)]


@contextlib.contextmanager
def _booted(folder: Path) -> Iterator[Container]:
    """Boot it, and wait until systemd says that it runs."""
    environment = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
    booting = subprocess.Popen(
        [*_nspawn(folder), "--console=pipe", "--boot"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + _BOOT_S
        while time.monotonic() < until:
            time.sleep(1.0)
            for leader in psutil.Process(booting.pid).children():
                container = Container(folder, leader.pid)
                state = container.run("systemctl", "is-system-running", may_fail=True).strip()
                if state in ("running", "degraded"):
                    yield container
                    return
        raise click.ClickException(f"{folder}: did not boot within {_BOOT_S:g} s")
    finally:
        booting.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            booting.wait(60)
        booting.kill()


if __name__ == "__main__":
    main()
