"""What a museum loads into Prometheus, Alertmanager and Grafana is right before it is loaded."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from exhibit.operator.metrics import NAMES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "fleet" / "prometheus"
TESTS = sorted(FOLDER.glob("rules*_test.yml"))
DASHBOARD = ROOT / "fleet" / "grafana" / "tables.json"
_METRIC = re.compile(r"\btracing_table_[a-z0-9_]+")


def _run(*command: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed: Debian's prometheus, prometheus-alertmanager")
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=FOLDER)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alarm_is_raised_by_its_fault_and_by_nothing_else() -> None:
    _run("promtool", "test", "rules", *(file.name for file in TESTS))


def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    for file in FOLDER.glob("*.yml"):
        shutil.copy(file, tmp_path)
    (tmp_path / "token").write_text("tt_somebody")
    _run("promtool", "check", "config", str(tmp_path / "prometheus.yml"))


def test_alertmanager_takes_its_configuration() -> None:
    _run("amtool", "check-config", "alertmanager.yml")


@pytest.mark.parametrize(
    ("severity", "receiver"),
    [("page", "technician"), ("warn", "technician"), ("evening", "technician"), ("info", "nobody")],
)
def test_alarms_go_to_the_technician_and_remarks_to_nobody(severity: str, receiver: str) -> None:
    routed = ["amtool", "config", "routes", "test", "--config.file=alertmanager.yml"]
    _run(*routed, f"--verify.receivers={receiver}", "alertname=Any", f"severity={severity}")


def test_every_alarm_is_tried_and_has_a_way_out() -> None:
    groups = yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"]
    alarms = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    raised = {
        case["alertname"]
        for file in TESTS
        for test in yaml.safe_load(file.read_text())["tests"]
        for case in test["alert_rule_test"]
        if "exp_alerts" in case
    }
    assert {rule["alert"] for rule in alarms} == raised
    assert {rule["labels"]["severity"] for rule in alarms} == {"page", "warn", "info", "evening"}


@pytest.mark.parametrize("file", [*sorted(FOLDER.glob("rules*.yml")), DASHBOARD])
def test_only_metrics_that_a_table_tells_are_asked_for(file: Path) -> None:
    asked = set(_METRIC.findall(file.read_text()))
    assert asked
    assert asked <= NAMES


def test_every_rate_that_is_recorded_is_looked_at() -> None:
    groups = yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    asked = "".join(rule["expr"] for rule in rules) + DASHBOARD.read_text()
    recorded = [rule["record"] for rule in rules if "record" in rule]
    assert recorded and [name for name in recorded if name not in asked] == []


def test_docs_list_every_metric_and_no_other() -> None:
    listed = set(_METRIC.findall((ROOT / "docs" / "metrics.md").read_text()))
    assert listed == NAMES


def _missing(said: Any, known: Any, place: str) -> Iterator[str]:
    """Yield what is said and not known, or known otherwise."""
    if isinstance(said, dict) and isinstance(known, dict):
        for key, value in said.items():
            yield from _missing(value, known.get(key, "nothing of this name"), f"{place}.{key}")
    elif isinstance(said, list) and isinstance(known, list) and len(said) == len(known):
        for number, (one, other) in enumerate(zip(said, known, strict=True)):
            yield from _missing(one, other, f"{place}[{number}]")
    elif said != known:
        yield f"{place}: {said!r}, Grafana's schema makes {known!r} of it"


def test_grafana_knows_all_that_the_dashboard_says() -> None:
    """Classes that Grafana generates from the schema of dashboards and of each kind of panel."""
    schema = pytest.importorskip(
        "grafana_foundation_sdk.models.dashboard", reason="pip install grafana-foundation-sdk"
    )
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins

    register_default_plugins()
    said = json.loads(DASHBOARD.read_text())
    known = json.loads(JSONEncoder().encode(schema.Dashboard.from_json(said)))
    assert list(_missing(said, known, "dashboard")) == []
    said["panels"][1]["fieldConfig"]["defaults"]["unitt"] = "s"
    assert len(list(_missing(said, known, "dashboard"))) == 1


def test_panels_have_numbers_and_places_of_their_own() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    taken = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert len({panel["id"] for panel in panels}) == len(panels)
