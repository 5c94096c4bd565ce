from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from exhibit.operator.access.certificate import own_files
from exhibit.operator.desk import Desk
from exhibit.operator.metrics import NAMES
from exhibit.operator.state.visits import Visit
from tests.exhibit.operator.conftest import Browser, FakeTable

Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def read(table: FakeTable, admin: TestClient) -> Samples:
    return _samples(admin)


def _samples(admin: TestClient) -> Samples:
    answer = admin.get("/metrics")
    assert answer.status_code == 200
    text = answer.text
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_tell_state_counters_and_restarts(read: Samples) -> None:
    assert read["tracing_table_state", ("showing",)] == 1
    assert read["tracing_table_state", ("fault",)] == 0
    assert read["tracing_table_stage", ("picture",)] == 1
    assert read["tracing_table_pictures_total", ()] == 3
    assert read["tracing_table_process_restarts_total", ("engine",)] == 0
    assert read["tracing_table_process_up", ("stage",)] == 1


def test_every_name_is_told_and_known(table: FakeTable, admin: TestClient, desk: Desk) -> None:
    quantiles = {"p50": 41.0, "p95": 63.0, "p99": 80.0}
    lately = {"fps": 60.0, "camera_to_light_ms": quantiles}
    table.say("stage", state="picture", frames=10, lately=lately, faults=[])
    table.say("engine", state="degraded", faults=["camera: gone"], pictures=3)
    desk.machine = {"temperature_c": 61.0, "disk_free_gb": 12.5, "memory_percent": 40.0}
    desk.certificate = own_files(desk.state_dir / "tls", ["table"], []).certificate
    read = _samples(admin)
    assert {name for name, _ in read} == NAMES
    assert read["tracing_table_reason", ("camera_lost",)] == 1
    assert read["tracing_table_camera_to_light_seconds", ("0.95",)] == pytest.approx(0.063)
    assert read["tracing_table_disk_free_bytes", ()] == 12.5e9
    assert read["tracing_table_memory_used_ratio", ()] == 0.4


def test_a_sensor_that_is_missing_is_left_out(admin: TestClient, desk: Desk) -> None:
    desk.machine = {"temperature_c": None, "disk_free_gb": None, "memory_percent": 40.0}
    names = {name for name, _ in _samples(admin)}
    assert "tracing_table_temperature_celsius" not in names
    assert "tracing_table_certificate_end_timestamp_seconds" not in names


def test_visits_of_people_and_of_the_simulated_visitor_count_apart(
    table: FakeTable, admin: TestClient, desk: Desk
) -> None:
    desk.visits.add(Visit(10.0, 40.0, 12.0, simulated=False), 41.0)
    desk.visits.add(Visit(50.0, 70.0, 9.0, simulated=True), 71.0)
    desk.visits.add(Visit(80.0, 99.0, 9.0, simulated=True), 100.0)
    read = _samples(admin)
    assert read["tracing_table_visits_total", ("people",)] == 1
    assert read["tracing_table_visits_total", ("simulated",)] == 2


def test_a_certificate_that_cannot_be_read_has_no_end(
    admin: TestClient, desk: Desk, tmp_path: Path
) -> None:
    desk.certificate = tmp_path / "page.crt"
    desk.certificate.write_text("no certificate")
    assert "tracing_table_certificate_end_timestamp_seconds" not in {n for n, _ in _samples(admin)}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer tt_0011aabb_wrong"}])
def test_who_may_not_read_metrics_is_refused_and_not_led_to_a_form(
    browser: Browser, headers: dict[str, str]
) -> None:
    answer = browser().get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_process_that_is_off_is_neither_up_nor_down(table: FakeTable, admin: TestClient) -> None:
    off = {"pid": None, "off": True, "restarts": 0}
    dead = {"pid": None, "off": False, "restarts": 3}
    table.say("supervisor", processes={"sound": off, "takehome": dead})
    read = _samples(admin)
    assert ("tracing_table_process_up", ("sound",)) not in read
    assert read["tracing_table_process_up", ("takehome",)] == 0
    assert read["tracing_table_process_restarts_total", ("takehome",)] == 3
