"""The table's state as metrics for Prometheus; `docs/metrics.md` lists them.

Names follow Prometheus' conventions: base units, the unit in the name, `_total` for what only
grows, `_info` for words, and no rate where the counter is there to take it of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from exhibit.contract.reasons import is_off
from exhibit.operator.access.certificate import ends_at
from exhibit.operator.desk import Desk

_PREFIX = "tracing_table_"
_STATES = ("showing", "idle", "degraded", "fault")
_SHOWN = ("picture", "attract", "frozen", "blank")
_COUNTERS = {
    "camera_frames": ("engine", "frames_captured", "Frames the camera gave"),
    "camera_frames_dropped": ("engine", "frames_dropped", "Frames that a newer one replaced"),
    "pictures": ("engine", "pictures", "Pictures made"),
    "stage_frames": ("stage", "frames", "Frames shown"),
    "sound_underruns": ("sound", "underruns", "Blocks of sound that came too late"),
    "takehome_pages": ("takehome", "taken", "Pages that visitors took home"),
    "takehome_pages_lost": ("takehome", "lost", "Pages that could not be printed or kept"),
}
_OTHERS = (
    "table_info",
    "state",
    "stage",
    "reason",
    "camera_to_light_seconds",
    "process_restarts_total",
    "process_up",
    "temperature_celsius",
    "disk_free_bytes",
    "memory_used_ratio",
    "visits_total",
    "certificate_end_timestamp_seconds",
)
NAMES = frozenset(f"{_PREFIX}{name}" for name in (*_OTHERS, *(f"{c}_total" for c in _COUNTERS)))
"""Every name that is told; not each of them has a value on every machine."""


class TableCollector(Collector):
    """What is known of a table at one moment.

    Args:
        desk: the desk of the page.
        state: of the table, as the page shows it.
    """

    def __init__(self, desk: Desk, state: Mapping[str, Any]) -> None:
        self._desk, self._state = desk, state

    def collect(self) -> Iterable[Metric]:
        """Yield every metric that has a value now."""
        state = self._state
        yield _info(state)
        yield _one_of("state", "1 for the state it is in", _STATES, state["state"])
        yield _one_of("stage", "1 for what the stage shows", _SHOWN, state["stage"]["state"])
        yield _reasons(state)
        for name, (process, key, text) in _COUNTERS.items():
            if (value := state[process].get(key)) is not None:
                yield CounterMetricFamily(_PREFIX + name, text, value=value)
        yield _latency(state)
        yield from _processes(state)
        yield from _machine(state["machine"])
        yield from self._visits()
        if (end := ends_at(self._desk.certificate)) is not None:
            text = "When the page's certificate ends"
            yield _gauge("certificate_end_timestamp_seconds", text, end)

    def _visits(self) -> Iterator[Metric]:
        visits = self._desk.visits
        family = CounterMetricFamily(
            f"{_PREFIX}visits", "Sheets drawn on since the page began", labels=["visitors"]
        )
        for word, count in visits.counted.items():
            family.add_metric([word], count)
        yield family


def _info(state: Mapping[str, Any]) -> Metric:
    engine = state["engine"]
    words = {
        "version": version("tracing-table"),
        "bundle": str(engine["bundle"] or ""),
        "provider": str(engine["provider"] or ""),
        "camera": "simulated" if engine["simulated"] else "real",
        "scene": str(state["scene"] or ""),
    }
    return InfoMetricFamily(f"{_PREFIX}table", "What it runs", value=words)


def _one_of(name: str, text: str, words: Iterable[str], now: str) -> Metric:
    family = GaugeMetricFamily(_PREFIX + name, text, labels=[name])
    for word in words:
        family.add_metric([word], float(word == now))
    return family


def _reasons(state: Mapping[str, Any]) -> Metric:
    text = "1 for each reason why it is not as it should be"
    family = GaugeMetricFamily(f"{_PREFIX}reason", text, labels=["code"])
    for code in sorted({reason["code"] for reason in state["reasons"]}):
        family.add_metric([code], 1.0)
    return family


def _latency(state: Mapping[str, Any]) -> Metric:
    text = "From the camera's frame to its light"
    family = GaugeMetricFamily(f"{_PREFIX}camera_to_light_seconds", text, labels=["quantile"])
    for name, value in (state["stage"]["lately"]["camera_to_light_ms"] or {}).items():
        family.add_metric([f"0.{name[1:]}"], value / 1000)
    return family


def _processes(state: Mapping[str, Any]) -> Iterator[Metric]:
    restarts = CounterMetricFamily(
        f"{_PREFIX}process_restarts", "Times a process was started again", labels=["process"]
    )
    text = "1 while it runs, 0 while it should; none for what is off"
    up = GaugeMetricFamily(f"{_PREFIX}process_up", text, labels=["process"])
    for name, process in state["processes"].items():
        restarts.add_metric([name], process["restarts"])
        if not is_off(state["processes"], name):
            up.add_metric([name], float(process["pid"] is not None))
    yield restarts
    yield up


def _machine(machine: Mapping[str, Any]) -> Iterator[Metric]:
    """Yield what the machine's sensors say; one that it lacks is left out."""
    if (hottest := machine.get("temperature_c")) is not None:
        yield _gauge("temperature_celsius", "Highest temperature of the machine", hottest)
    if (free := machine.get("disk_free_gb")) is not None:
        yield _gauge("disk_free_bytes", "Room on the disk of the state folder", 1e9 * free)
    if (memory := machine.get("memory_percent")) is not None:
        yield _gauge("memory_used_ratio", "Share of the machine's memory in use", memory / 100)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(_PREFIX + name, text, value=value)
