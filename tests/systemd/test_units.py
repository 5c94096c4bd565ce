"""A unit with a mistake starts nothing on the morning after an update.

Spans the units in systemd/.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "systemd").glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = {
    "tracing-table-page.service": 1.5,
    "tracing-table.service": 2.0,
    "tracing-table-screen.service": 2.0,
    "tracing-table-projector@.service": 2.0,
    "tracing-table-check.service": 1.0,
    "tracing-table-update.service": 2.0,
}
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE is not None
    return subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_unit_verifies_without_a_word(unit: Path) -> None:
    verified = _analyze("verify", "--man=no", str(unit))
    # Other units of the machine may be faulty, and only kiosks have the compositor; what is said of
    # this one and its settings counts.
    lines = verified.stderr.splitlines()
    missing = [line for line in lines if "is not executable: No such file" in line]
    assert unit.name not in "".join(set(lines) - set(missing)), verified.stderr
    assert verified.returncode == 0 or missing, verified.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_unit_exposes_no_more_than_allowed(unit: Path) -> None:
    measured = _analyze("security", "--offline=true", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for .*: ([0-9.]+)", measured.stdout)
    if found is None:
        pytest.skip("this systemd cannot analyse a unit that is not loaded")
    assert float(found[1]) <= MOST_EXPOSED[unit.name]


def test_table_unit_restarts_and_is_watched() -> None:
    text = (UNITS[0].parent / "tracing-table.service").read_text(encoding="utf-8")
    wanted = (
        "Type=notify",
        "WatchdogSec=20",
        "Restart=always",
        "RestartSec=2",
        "StartLimitBurst=5",
        "StartLimitIntervalSec=600",
        "DevicePolicy=closed",
        "LimitNOFILE=4096",
        "ProtectSystem=strict",
    )
    assert [line for line in wanted if line not in text.splitlines()] == []


@pytest.mark.parametrize("unit", ["tracing-table.service", "tracing-table-screen.service"])
@pytest.mark.parametrize(
    "driver", [("nvidia-frontend",), ("nvidia", "nvidiactl")], ids=["to 535", "from 545"]
)
def test_unit_allows_the_graphics_card_by_the_names_of_its_driver(
    unit: str, driver: tuple[str, ...]
) -> None:
    text = (UNITS[0].parent / unit).read_text(encoding="utf-8")
    assert [n for n in driver if f"DeviceAllow=char-{n} rw" not in text.splitlines()] == []


@pytest.mark.parametrize(
    ("unit", "setting", "needed"),
    [
        # For the addresses of this machine, which stand in the page's certificate.
        ("tracing-table-page.service", "RestrictAddressFamilies", "AF_NETLINK"),
        ("tracing-table.service", "RestrictAddressFamilies", "AF_NETLINK"),
        # Mesa opens no Wayland display without.
        ("tracing-table.service", "SystemCallFilter", "mincore"),
        ("tracing-table-screen.service", "SystemCallFilter", "mincore"),
    ],
)
def test_unit_allows_what_its_process_cannot_start_without(
    unit: str, setting: str, needed: str
) -> None:
    lines = (UNITS[0].parent / unit).read_text(encoding="utf-8").splitlines()
    allowed = [line for line in lines if line.startswith(f"{setting}=") and "~" not in line]
    assert any(needed in line.split() for line in allowed)


def test_kiosk_starts_table_and_page_apart_and_each_at_boot() -> None:
    kiosk = (UNITS[0].parent / "kiosk" / "table.conf").read_text(encoding="utf-8")
    page = (UNITS[0].parent / "tracing-table-page.service").read_text(encoding="utf-8")
    assert "exhibit run --without-page --config" in kiosk
    assert "exhibit operator serve --config" in page
    for unit in ("tracing-table.service", "tracing-table-page.service"):
        # Neither ends or waits for the other.
        text = (UNITS[0].parent / unit).read_text(encoding="utf-8")
        assert not re.search(r"^(Requires|BindsTo|PartOf)=", text, re.MULTILINE)


def _installed(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _make(target: str, folder: Path) -> None:
    command = ["make", "--silent", "-C", str(ROOT), target, f"DESTDIR={folder}"]
    subprocess.run(command, check=True, capture_output=True)


def test_install_kiosk_twice_is_once_and_uninstall_leaves_what_the_museum_wrote(
    tmp_path: Path,
) -> None:
    _make("install-kiosk", tmp_path)
    once = _installed(tmp_path)
    assert "etc/systemd/system/tracing-table.service.d/kiosk.conf" in once
    own = tmp_path / "var/lib/tracing-table/config.yaml"
    own.write_text("stage: {mirror: false}\n")
    _make("install-kiosk", tmp_path)
    assert {**_installed(tmp_path), str(own.relative_to(tmp_path)): b""} == {
        **once,
        str(own.relative_to(tmp_path)): b"",
    }
    assert own.read_text() == "stage: {mirror: false}\n"
    _make("uninstall-kiosk", tmp_path)
    assert list(_installed(tmp_path)) == ["var/lib/tracing-table/config.yaml"]
    _make("uninstall-kiosk", tmp_path)


def test_installed_units_verify_with_the_kiosks_own_settings(tmp_path: Path) -> None:
    _make("install-kiosk", tmp_path)
    units = tmp_path / "etc/systemd/system"
    for binary in ("cage", "env", "sleep"):
        (tmp_path / "usr/bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "usr/bin" / binary).touch(mode=0o755)
    for unit in sorted(units.glob("*.*")):
        if unit.is_file():
            verified = _analyze("verify", "--man=no", f"--root={tmp_path}", str(unit.name))
            said = verified.stderr.splitlines()
            # This root has no units of the system's own.
            assert [line for line in said if "target not found" not in line] == []
