"""What a run says to the person who started it: every fact once, in plain words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

Statuses = Mapping[str, Mapping[str, Any]]


class Console:
    """Turns the statuses of the processes into lines.

    Args:
        asked_camera: `camera.source` of the configuration.
        say: prints a line.
    """

    def __init__(self, asked_camera: str, say: Callable[[str], None]) -> None:
        self._asked_camera = asked_camera
        self._say = say
        self._said: set[str] = set()
        self._faults: frozenset[str] = frozenset()

    def look(self, statuses: Statuses) -> None:
        """Say what is new."""
        for line in self._facts(statuses):
            if line not in self._said:
                self._said.add(line)
                self._tell(line)
        faults = frozenset(
            f"{name}: {fault}"
            for name, status in sorted(statuses.items())
            for fault in status.get("faults", ())
        )
        for fault in sorted(faults - self._faults):
            self._tell(f"fault: {fault}")
        for fault in sorted(self._faults - faults):
            self._tell(f"over: {fault}")
        self._faults = faults

    def _tell(self, line: str) -> None:
        # Whoever read along may have gone; the table goes on.
        with contextlib.suppress(OSError):
            self._say(line)

    def _facts(self, statuses: Statuses) -> list[str]:
        facts = []
        engine, web = statuses.get("engine", {}), statuses.get("web", {})
        if web.get("url"):
            facts.append(f"no display: watch the stage at {web['url']}")
        if engine.get("camera"):
            facts.append(self._camera(engine))
            asked = ", ".join(engine.get("providers_asked", ()))
            wanted = f" (asked for {asked})" if asked else ""
            facts.append(f"bundle '{engine['bundle']}' answers, on {engine['provider']}{wanted}")
        facts += statuses.get("operator", {}).get("console", ())
        if engine.get("pictures"):
            facts.append("the table is showing; Ctrl-C ends it")
        return facts

    def _camera(self, engine: Mapping[str, Any]) -> str:
        if not engine.get("simulated"):
            return f"camera: {engine['camera']}"
        if self._asked_camera == "auto":
            return "no camera found: the simulated table draws"
        return "the simulated table draws"
