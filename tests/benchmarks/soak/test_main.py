"""A soak that saw something grow says what, and one that saw nothing does not fail."""

from pathlib import Path

import cv2
import pytest

from benchmarks.soak import __main__ as soak

WELL = {
    "processes": {
        "engine": {"own_mb_an_hour": 0.4, "descriptors_more": 0.0, "threads_more": None},
    },
    "tracebacks": 0,
    "stage_p99_ms": 30.0,
    "shared_mb_more": 0.0,
}


def test_missed_bars_of_a_run_that_is_well_are_none() -> None:
    assert soak.missed_bars(WELL) == []


def test_missed_bars_name_process_and_figure() -> None:
    engine = {"own_mb_an_hour": 3.04, "descriptors_more": 7.0, "threads_more": None}
    found = {**WELL, "processes": {"engine": engine}, "tracebacks": 2, "stage_p99_ms": 41.0}
    assert soak.missed_bars(found) == [
        "engine: memory grows by 3.0 MB/h",
        "engine: 7 more descriptors",
        "2 tracebacks",
        "stage p99 41 ms",
    ]


def test_film_shows_visitors_faster_than_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "_FILM_S", 1)
    soak.make_film(tmp_path / "film.avi", 1)
    film = cv2.VideoCapture(str(tmp_path / "film.avi"))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 15
    film.release()


def test_soak_strikes_all_but_what_is_spared_and_nothing_twice_in_half_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    struck: list[str] = []

    class Table:
        def signal(self, name: str, _: int) -> None:
            struck.append(name)

    monkeypatch.setattr(soak, "_FILM_S", 1)
    monkeypatch.setattr(soak, "ServedTable", lambda *_: Table())
    run = soak.Soak(tmp_path, 1, "engine")
    for second in range(100):
        run._strike(float(second), 50.0)
    assert sorted(struck) == sorted(2 * list(set(soak.STRUCK) - {"engine"}))
