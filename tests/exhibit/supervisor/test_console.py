"""The person who starts the table must learn, once and in plain words, what it does without."""

from __future__ import annotations

import pytest

from exhibit.supervisor.console import Console

ENGINE = {
    "camera": "simulated table",
    "simulated": True,
    "bundle": "lear",
    "provider": "cpu",
    "providers_asked": ["cuda", "cpu"],
    "pictures": 1,
}


def _said(asked_camera: str, *looks: dict[str, dict[str, object]]) -> list[str]:
    lines: list[str] = []
    console = Console(asked_camera, lines.append)
    for statuses in looks:
        console.look(statuses)
    return lines


@pytest.mark.parametrize(
    ("asked", "engine", "line"),
    [
        ("auto", ENGINE, "no camera found: the simulated table draws"),
        ("simulated", ENGINE, "the simulated table draws"),
        (
            "auto",
            {**ENGINE, "simulated": False, "camera": "/dev/v4l/by-id/x"},
            "camera: /dev/v4l/by-id/x",
        ),
    ],
)
def test_console_says_which_camera_draws(asked: str, engine: dict[str, object], line: str) -> None:
    assert line in _said(asked, {"engine": engine})


def test_console_that_nobody_reads_any_more_is_no_fault() -> None:
    def gone(_: str) -> None:
        raise BrokenPipeError

    Console("auto", gone).look({"engine": {**ENGINE, "faults": ["no frame"]}})


def test_console_says_every_fact_once() -> None:
    statuses = {"engine": ENGINE, "web": {"url": "http://127.0.0.1:8080/"}}
    assert _said("auto", statuses, statuses) == [
        "no display: watch the stage at http://127.0.0.1:8080/",
        "no camera found: the simulated table draws",
        "bundle 'lear' answers, on cpu (asked for cuda, cpu)",
        "the table is showing; Ctrl-C ends it",
    ]


def test_console_says_when_a_fault_comes_and_when_it_is_over() -> None:
    lost = {"engine": {"faults": ["camera is not there"]}}
    assert _said("auto", lost, lost, {"engine": {"faults": []}}) == [
        "fault: engine: camera is not there",
        "over: engine: camera is not there",
    ]
