"""A set-up that was broken off, by a lost network or by Ctrl-C, goes on with the same command.

Spans the Makefile.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = Path(".venv")


def make_environment(folder: Path, install: str) -> int:
    """Make the environment with another program in the place of pip; returns the exit status."""
    command = ["make", f"{ENVIRONMENT}/.is-made", f"PYTHON={sys.executable}", f"INSTALL={install}"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_environment_whose_packages_failed_is_gone_on_with(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "install.py").write_text("import sys; open('installed', 'w').write(sys.argv[-1])")
    assert make_environment(tmp_path, "no-such-program") != 0
    assert (tmp_path / ENVIRONMENT / "bin" / "python").exists()
    kept = tmp_path / ENVIRONMENT / "bin" / "mine"
    kept.touch()
    assert make_environment(tmp_path, "python install.py") == 0
    assert (tmp_path / "installed").read_text() == "wheel"
    assert kept.exists()
    (tmp_path / "installed").unlink()
    assert make_environment(tmp_path, "python install.py") == 0
    assert not (tmp_path / "installed").exists()
