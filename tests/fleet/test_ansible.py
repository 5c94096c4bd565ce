"""A technician sets up twenty tables by one command, and each as the page says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "fleet" / "ansible"
TASKS = FOLDER / "roles" / "tracing_table" / "tasks" / "main.yml"


def test_role_passes_the_linter_for_production() -> None:
    if shutil.which("ansible-lint") is None:
        pytest.skip("ansible-lint is not installed")
    command = ["ansible-lint", "--offline", "--profile", "production", "tables.yml"]
    linted = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


def test_role_installs_the_packages_of_the_page() -> None:
    page = (ROOT / "docs" / "install-a-kiosk.md").read_text(encoding="utf-8")
    said = re.search(r"apt install --no-install-recommends ((?:\\\n|[^\n])+)", page)
    assert said is not None
    packages = yaml.safe_load(TASKS.read_text())[0]["ansible.builtin.apt"]["name"]
    assert packages == said[1].replace("\\\n", " ").split()


def test_every_choice_of_the_role_has_a_default_and_every_default_is_used() -> None:
    defaults = yaml.safe_load((TASKS.parents[1] / "defaults" / "main.yml").read_text())
    texts = [TASKS.read_text(), (TASKS.parents[1] / "handlers" / "main.yml").read_text()]
    used = set(re.findall(r"\btracing_table_[a-z_]+", "".join(texts)))
    registered = set(re.findall(r"register: (\w+)", texts[0]))
    assert used - registered == set(defaults)
