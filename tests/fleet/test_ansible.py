"""A technician sets up twenty tables by one command, and each as the page says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exhibit.contract.bundle import load_bundle
from exhibit.operator.delivery.manifest import public_half
from exhibit.operator.delivery.publishing import publish
from tests.exhibit.operator.delivery.web import serving
from tests.fakes.bundle import write_bundle
from tests.patience import PATIENCE_S

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


# The table's own places, in a mount namespace that ends with the command: nothing of this machine's
# is written to.
_A_TABLE = """
set -e
mount -t tmpfs tmpfs /opt
mkdir -p /opt/tracing-table/current/.venv/bin
cp {folder}/exhibit /opt/tracing-table/current/.venv/bin/exhibit
chmod 755 /opt/tracing-table/current/.venv/bin/exhibit
cp /etc/passwd {folder}/passwd
echo 'tracing-table:x:{user}:65534::/var/lib/tracing-table:/usr/sbin/nologin' >> {folder}/passwd
mount --bind {folder}/passwd /etc/passwd
mount -t tmpfs tmpfs /var/lib
cp -r {folder}/home /var/lib/tracing-table
chown -R tracing-table /var/lib/tracing-table
for time in first second; do
  ansible-playbook -c local -i localhost, --start-at-task 'Fetch bundles' {folder}/play.yml
done
cp -r /var/lib/tracing-table/state {folder}/state
stat -c %u /var/lib/tracing-table/state/bundles/* > {folder}/owners
"""


def _user() -> int:
    """Return the number of the table's user: root's where nobody else may run this Python."""
    folders = (*Path(sys.executable).resolve().parents, *ROOT.parents)
    return 64297 if all(folder.stat().st_mode & 1 for folder in folders) else 0


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ansible-playbook") is None,
    reason="a mount namespace is root's, and Ansible's commands: pip install ansible-core",
)
def test_role_fetches_bundles_as_the_tables_user_once(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    publish(write_bundle(tmp_path / "made", name="visitor"), tmp_path / "www", key, lambda: 1000)
    (tmp_path / "home").mkdir()
    start = "from exhibit.cli import main; main()"
    exhibit = f"#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -c '{start}' \"$@\"\n"
    (tmp_path / "exhibit").write_text(exhibit, encoding="utf-8")
    config = {"operator": {"bundle_keys": [public_half(key)]}}
    (tmp_path / "home" / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    with serving(tmp_path / "www") as web:
        chosen = {
            "tracing_table_start": False,
            "tracing_table_bundles": [f"{web.url}/visitor.json"],
        }
        here = {"ansible_python_interpreter": sys.executable}
        role = {"role": str(TASKS.parents[1]), "vars": chosen}
        play = [{"hosts": "localhost", "gather_facts": False, "vars": here, "roles": [role]}]
        (tmp_path / "play.yml").write_text(yaml.safe_dump(play), encoding="utf-8")
        script = _A_TABLE.format(folder=tmp_path, user=_user())
        ran = subprocess.run(
            ["unshare", "--mount", "bash", "-c", script],
            timeout=PATIENCE_S,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    recaps = re.findall(r"changed=(\d+) .* failed=(\d+)", ran.stdout)
    assert recaps == [("1", "0"), ("0", "0")]
    assert load_bundle(tmp_path / "state" / "bundles" / "visitor-1000").card.name == "visitor"
    assert set((tmp_path / "owners").read_text().split()) == {str(_user())}
