"""The supervisor: starts, watches and restarts the processes of the table."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from exhibit.contract.board import clear_status, read_status
from exhibit.contract.errors import REFUSED
from exhibit.contract.settings.schema import SupervisorConfig
from exhibit.supervisor.lives import add_life
from exhibit.supervisor.processes import Child, ProcessSpec, describe_exit

log = logging.getLogger(__name__)

END_WITHIN_S = 1.5
_STEADY_S = 30.0


class RestartPolicy:
    """When a process may be started again: back-off that doubles, and a budget per window."""

    def __init__(self, config: SupervisorConfig) -> None:
        self._config = config
        self._restarts: deque[float] = deque()
        self._backoff_s = config.backoff_min_s

    def next_start(self, now: float, lived_s: float) -> float:
        """Return when to start a process again that ended at `now` after `lived_s` seconds."""
        if lived_s >= _STEADY_S:
            self._backoff_s = self._config.backoff_min_s
        due = now + self._backoff_s
        self._backoff_s = min(2 * self._backoff_s, self._config.backoff_max_s)
        self._forget_before(now)
        if self.exhausted:
            due = max(due, self._restarts[0] + self._config.restart_window_s)
        self._restarts.append(due)
        return due

    @property
    def exhausted(self) -> bool:
        """Whether the window holds as many restarts as the budget allows."""
        return len(self._restarts) >= self._config.restart_budget

    def _forget_before(self, now: float) -> None:
        while self._restarts and now - self._restarts[0] > self._config.restart_window_s:
            self._restarts.popleft()


class Watched:
    """One process of the table over all its lives."""

    def __init__(self, spec: ProcessSpec, policy: RestartPolicy) -> None:
        self.spec = spec
        self.policy = policy
        self.child: Child | None = None
        self.started_at = 0.0
        self.start_due = 0.0
        self.restarts = 0
        self.last_exit = ""
        self.asked_to_end = False
        self.past: dict[str, Any] = {}  # what the lives that ended measured

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return None if self.child is None else self.child.pid


class Supervisor:
    """Keeps the processes of a table running.

    Args:
        table: the processes.
        config: heartbeats, back-off and budget.
        run_dir: folder the processes share.
        config_file: the configuration they read.
        attended: a person started it and reads what it says; a process that refuses its first
            start then ends the table. A service goes on trying: a display may still be starting.
        clock: monotonic seconds; the heartbeats use the same.
    """

    def __init__(
        self,
        table: Sequence[ProcessSpec],
        config: SupervisorConfig,
        run_dir: Path,
        config_file: Path,
        attended: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._run_dir = run_dir
        self._config_file = config_file
        self._attended = attended
        self._clock = clock
        self.watched = {spec.name: Watched(spec, RestartPolicy(config)) for spec in table}

    def tick(self) -> int | None:
        """Look at every process once; start, kill and restart as needed.

        Returns:
            None to go on, or the exit code the table must end with: 0 where an essential process
            ended by itself (its window was closed), `REFUSED` where a process refused what it was
            given at its first start and somebody attends, 1 where an essential one used up its
            restart budget.
        """
        for watched in self.watched.values():
            if watched.child is None:
                if self._clock() >= watched.start_due:
                    self._start(watched)
                continue
            code = watched.child.exit_code
            if code is None:
                self._kill_if_silent(watched, watched.child)
                continue
            ending = self._ended(watched, code)
            if ending is not None:
                return ending
        return None

    def restart(self, name: str) -> None:
        """End one process; it is started again like any that ended."""
        watched = self.watched[name]
        if watched.child is not None:
            watched.asked_to_end = True
            watched.child.ask_to_end()

    def stop(self) -> None:
        """End all processes: asked first, killed after `END_WITHIN_S`."""
        children = [watched.child for watched in self.watched.values() if watched.child]
        for child in children:
            child.ask_to_end()
        deadline = self._clock() + END_WITHIN_S
        while self._clock() < deadline and any(child.exit_code is None for child in children):
            time.sleep(0.01)
        for child in children:
            if child.exit_code is None:
                log.warning("%s did not end when asked; killed", child.spec.name)
            child.kill()

    def describe(self) -> dict[str, dict[str, Any]]:
        """Return pid, restarts and last exit of every process, for the status."""
        return {
            name: {"pid": w.pid, "restarts": w.restarts, "last_exit": w.last_exit}
            for name, w in self.watched.items()
        }

    def _start(self, watched: Watched) -> None:
        watched.child = Child(watched.spec, self._run_dir, self._config_file)
        watched.started_at = self._clock()

    def _kill_if_silent(self, watched: Watched, child: Child) -> None:
        now = self._clock()
        beat = child.heart.last
        silent_s = now - (beat or watched.started_at)
        allowed_s = self._config.heartbeat_timeout_s if beat else watched.spec.start_timeout_s
        if silent_s > allowed_s:
            log.warning("%s showed no life for %.1f s; killed", watched.spec.name, silent_s)
            child.kill()

    def _ended(self, watched: Watched, code: int) -> int | None:
        now, name = self._clock(), watched.spec.name
        watched.child = None
        watched.last_exit = describe_exit(code)
        watched.past = add_life(watched.past, read_status(self._run_dir, name))
        clear_status(self._run_dir, name)
        asked, watched.asked_to_end = watched.asked_to_end, False
        if code == REFUSED and not watched.restarts and self._attended:
            return REFUSED
        if code == 0 and watched.spec.essential and not asked:
            return 0
        if asked:
            # What a person asked for is no failure, and takes nothing off the budget.
            watched.restarts += 1
            watched.start_due = now
            return None
        if watched.spec.essential and watched.policy.exhausted:
            log.error("%s ended too often (%s); the table ends", name, watched.last_exit)
            return 1
        watched.restarts += 1
        watched.start_due = watched.policy.next_start(now, now - watched.started_at)
        wait_s = watched.start_due - now
        log.warning("%s ended (%s); starts again in %.1f s", name, watched.last_exit, wait_s)
        return None
