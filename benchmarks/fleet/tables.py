"""Three real tables with a small bundle: two on the simulated camera, one on a film with marks."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
import yaml

from benchmarks.operator_load import page_url
from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.contract.board import RUN_PREFIX
from exhibit.contract.border_marks import DICTIONARY, IDS
from exhibit.contract.calibration import (
    BorderMark,
    Calibration,
    CameraCalibration,
    save_calibration,
)
from exhibit.operator.access.accounts import Accounts
from exhibit.operator.access.roles import Role
from exhibit.operator.access.secrets import generate_password
from exhibit.supervisor.run_folder import memory_folder
from tests.fakes.bundle import write_bundle

_FRAMES, _FPS, _SIZE_PX = 30, 10, (640, 480)
_MM_PER_PX = 0.65
_MARK_PX, _QUIET_PX = 42, 12
DISK_MB = 2400


@dataclass(frozen=True, slots=True)
class Table:
    """A table that runs: its folder, the address of its page and its first process."""

    home: Path
    url: str
    pid: int

    @property
    def run_dir(self) -> Path:
        """The folder that its processes share."""
        return next(memory_folder().glob(f"{RUN_PREFIX}{self.pid}-*"))

    def part(self, name: str) -> int:
        """Return the process of a part, such as "engine"; raises LookupError while it has none."""
        for child in psutil.Process(self.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if f"exhibit.{name}" in child.cmdline():
                    return child.pid
        raise LookupError(name)


def three_tables(folder: Path, stack: contextlib.ExitStack) -> tuple[str, dict[str, Table]]:
    """Start the tables, until the stack ends; return the token that may look, and the tables."""
    bundle = write_bundle(folder / "bundle")
    homes = {name: folder / name for name in ("north", "south", "west")}
    for home in homes.values():
        home.mkdir()
    # The disk that will be filled.
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(homes["north"])]
    subprocess.run(mount, check=True)
    stack.callback(subprocess.run, ["umount", "--lazy", str(homes["north"])], check=False)
    certify(homes["north"], days=400)
    film(homes["south"])
    own: dict[str, dict[str, Any]] = {
        "north": {"operator": {"port": 0, "certificate": "page.pem", "key": "page.key"}},
        "south": {"camera": {"source": str(homes["south"] / "film"), "mirrored": False}},
        "west": {},
    }
    secret, tables = "", {}
    for name, home in homes.items():
        accounts = Accounts(home / "state")
        accounts.set_password(generate_password())
        secret = accounts.add_token("fleet", Role.VIEWER, secret)
        _configure(home, bundle, own[name])
        tables[name] = stack.enter_context(_running(home))
    return secret, tables


@contextlib.contextmanager
def simple_table(home: Path) -> Iterator[Table]:
    """Run one table on the simulated camera, with nothing done to it."""
    home.mkdir()
    _configure(home, write_bundle(home / "bundle"), {})
    with _running(home) as table:
        yield table


def _configure(home: Path, bundle: Path, own: dict[str, dict[str, Any]]) -> None:
    config: dict[str, dict[str, Any]] = {
        "camera": {"source": "simulated"},
        "model": {"bundle": str(bundle), "threads": 1},
        "stage": {"width": 640, "height": 400, "fps": 30},
        "web": {"port": 0},
        "operator": {"port": 0},
        **own,
    }
    config["camera"]["fps"] = _FPS
    (home / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


@contextlib.contextmanager
def _running(home: Path) -> Iterator[Table]:
    start = [sys.executable, "-c", "from exhibit.cli import main; main()", "run", "--headless"]
    process = subprocess.Popen(
        [*start, "--config", str(home / "config.yaml")],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=(home / "said.txt").open("wb"),
        text=True,
        start_new_session=True,
    )
    try:
        yield Table(home, page_url(process), process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def certify(home: Path, days: int) -> None:
    """Give a page a certificate of its own for so many days, and its key."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    names = ["-nodes", "-subj", "/CN=north", "-days", str(days)]
    files = ["-keyout", str(home / "new.key"), "-out", str(home / "new.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)
    for new, old in (("new.key", "page.key"), ("new.pem", "page.pem")):
        (home / new).replace(home / old)


def film(home: Path) -> None:
    """Write what a camera sees of a table with marks in its border, and its calibration."""
    (home / "film").mkdir()
    scene = SimulatedTable(DIFFICULTIES["clean"], 1, _SIZE_PX, _FPS, mirrored=False)
    width, height = _SIZE_PX
    far = _MARK_PX + _QUIET_PX
    corners = [(_QUIET_PX, _QUIET_PX), (width - far, _QUIET_PX)]
    corners += [(width - far, height - far), (_QUIET_PX, height - far)]
    printed = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICTIONARY))
    for number in range(_FRAMES):
        pixels = scene.frame_at(number / _FPS).pixels.copy()
        for mark, (left, top) in zip(IDS, corners, strict=True):
            page = np.pad(
                printed.generateImageMarker(mark, _MARK_PX), _QUIET_PX, constant_values=230
            )
            pixels[top - _QUIET_PX : top + far, left - _QUIET_PX : left + far] = page
        cv2.imwrite(str(home / "film" / f"{number:04d}.png"), pixels)
    save_calibration(home / "calibration.yaml", _calibration(corners))


def _calibration(corners: list[tuple[int, int]]) -> Calibration:
    scale = _MM_PER_PX
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * _MARK_PX
    marks = [
        BorderMark.model_validate({"id": mark, "corners_mm": ((square + corner) * scale).tolist()})
        for mark, corner in zip(IDS, corners, strict=True)
    ]
    camera = CameraCalibration(
        size_px=_SIZE_PX,
        mirrored=False,
        error_mm=0.1,
        camera_to_table=((scale, 0.0, 0.0), (0.0, scale, 0.0), (0.0, 0.0, 1.0)),
        marks=tuple(marks),
    )
    width, height = _SIZE_PX
    return Calibration(table_mm=(width * scale, height * scale), camera=camera)


def knock(home: Path, by_px: int) -> None:
    """Let the film's camera have been knocked: it sees everything further to the right."""
    for file in sorted((home / "film").iterdir()):
        pixels = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        assert pixels is not None, file
        moved = file.with_name(f".{file.name}")
        cv2.imwrite(str(moved), np.roll(pixels, by_px, axis=1))
        moved.replace(file)
