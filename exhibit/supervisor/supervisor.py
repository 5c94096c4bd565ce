"""The supervisor: starts, watches and restarts the processes of the table."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from exhibit.contract.board import clear_status, read_status
from exhibit.contract.errors import CLOSED, NOTHING_TO_DO, REFUSED
from exhibit.contract.settings.schema import Config, SupervisorConfig
from exhibit.supervisor.lives import add_life
from exhibit.supervisor.processes import Child, ProcessSpec, describe_exit
from exhibit.supervisor.restart_policy import RestartPolicy
from exhibit.supervisor.silence import Silence, Standstill
from exhibit.supervisor.watched import Watched

log = logging.getLogger(__name__)

END_WITHIN_S = 3.0
SAYS_WHERE_WITHIN_S = 0.5
STOPPED_FOR_S = 0.3
"""A process that a signal holds still gets no further, however long it is left to its own."""
GONE_WITHIN_S = 2.0
"""A killed process that is still there hangs in the kernel, for as long as a driver likes."""
STANDS_STILL_FOR_S = 20.0
"""A start that builds a plan for a graphics card takes minutes, and is never idle for so long."""
_MOST_STUCK = 2
_QUICK_DEATH_S, _CRASH_LOOP = 30.0, 6
_POLL_S = 0.01


class Supervisor:
    """Keeps the processes of a table running.

    Attributes:
        crash_loop: which process crashes again and again, and what it said last; empty where none
            does, or it was forgiven.
        gave_up: why the table must end, empty while it need not.

    Args:
        table: the processes.
        config: heartbeats, back-off and budget.
        run_dir: folder the processes share.
        attended: a person started it and reads what it says; a process that refuses its first
            start then ends the table. A service goes on trying: a display may still be starting.
        clock: monotonic seconds; the heartbeats use the same.
        wait: sleeps for some seconds.
    """

    def __init__(
        self,
        table: Sequence[ProcessSpec],
        config: SupervisorConfig,
        run_dir: Path,
        attended: bool = True,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._config = config
        self._run_dir = run_dir
        self._attended = attended
        self._clock = clock
        self._wait = wait
        self.watched = {spec.name: Watched(spec, RestartPolicy(config)) for spec in table}
        self.crash_loop = self.gave_up = ""

    def tick(self) -> int | None:
        """Look at every process once; start, kill and restart as needed.

        Returns:
            None to go on, or the exit code the table must end with: 0 where a person closed the
            window of an essential process, `REFUSED` where a process refused what it was
            given at its first start and somebody attends, 1 where an essential one used up its
            restart budget.
        """
        for watched in self.watched.values():
            if watched.child is None:
                if not watched.is_wanted:
                    watched.rest()
                elif self._clock() >= watched.start_due and _may_start(watched):
                    self._start(watched)
                continue
            if watched.child.heart.last:
                watched.rests = False
            code = watched.child.exit_code
            if code is None:
                code = self._kill_if_silent(watched, watched.child)
            if code is None:
                continue
            ending = self._ended(watched, code)
            if ending is not None:
                return ending
        return None

    def follow(self, config: Config) -> None:
        """Start what settings turn on, at the next tick; what they turn off ends itself."""
        for watched in self.watched.values():
            watched.follow(config)

    def restart(self, name: str) -> None:
        """End one process; it is started again like any that ended."""
        watched = self.watched[name]
        if watched.child is not None:
            watched.asked_to_end = True
            watched.child.ask_to_end()

    def limit_memory(self, memory_mb: Mapping[int, float]) -> None:
        """End the processes that take more memory than they may; they are started again.

        Args:
            memory_mb: in 10⁶ bytes, by process id.
        """
        for watched in self.watched.values():
            child = watched.child
            took = watched.memory_mb = memory_mb.get(child.pid, 0.0) if child else 0.0
            allowed = self._memory_limit_mb(watched.spec)
            if child is not None and watched.aborted_at is None and took > allowed:
                self._abort(watched, child, f"took {took:.0f} MB of memory, of {allowed:.0f} MB")

    def renew(self, statuses: Mapping[str, Mapping[str, Any]]) -> None:
        """End the processes whose newest settings hold only from a start."""
        for name, watched in self.watched.items():
            if statuses.get(name, {}).get("outdated") and not watched.asked_to_end:
                self.restart(name)

    def stop(self) -> None:
        """End all processes: asked first, killed after `END_WITHIN_S`, and left if stuck."""
        children = [watched.child for watched in self.watched.values() if watched.child]
        for child in children:
            child.ask_to_end()
        for child in self._still_running(children, END_WITHIN_S):
            log.warning("%s did not end when asked; killed", child.spec.name)
            child.kill()
        for child in self._still_running(children, GONE_WITHIN_S):
            log.error("%s was killed and hangs in the kernel; left behind", child.spec.name)

    def describe(self) -> dict[str, dict[str, Any]]:
        """Return what is known of the lives of every process, for the status."""
        return {name: watched.describe() for name, watched in self.watched.items()}

    def _still_running(self, children: Sequence[Child], within_s: float) -> list[Child]:
        """Wait for children to end; returns those that have not."""
        deadline = self._clock() + within_s
        while running := [child for child in children if child.exit_code is None]:
            if self._clock() >= deadline:
                break
            self._wait(_POLL_S)
        return running

    def _start(self, watched: Watched) -> None:
        watched.begin(self._clock())
        try:
            child = Child(watched.spec, self._run_dir, watched.hangs)
        except OSError as error:
            # No memory or process to be had; there may be in a moment.
            watched.last_exit, watched.rests = f"not started: {error.strerror}", False
            watched.start_due = watched.policy.next_start(watched.started_at, 0.0)
            log.warning("%s was %s", watched.spec.name, watched.last_exit)
            return
        watched.child, watched.silence = child, Silence(child.pid, watched.started_at)
        watched.standstill = Standstill(child.pid, watched.started_at)

    def _kill_if_silent(self, watched: Watched, child: Child) -> int | None:
        """Kill a process that shows no life; returns how one ended that is stuck."""
        now = self._clock()
        if watched.killed_at is not None:
            return self._leave_if_stuck(watched, child, now - watched.killed_at)
        if watched.aborted_at is not None:
            if now - watched.aborted_at >= SAYS_WHERE_WITHIN_S:
                self._kill(watched, child, watched.aborted_for)
            return None
        if watched.stopped_s(now) >= STOPPED_FOR_S:
            self._kill(watched, child, "stopped by a signal")
            return None
        beat = child.heart.last
        silent_s = watched.silence.measure(now, beat)
        allowed_s = self._config.heartbeat_timeout_s if beat else watched.spec.start_timeout_s
        stands_still_s = 0.0 if beat else watched.standstill.measure(now)
        if silent_s > allowed_s or stands_still_s > STANDS_STILL_FOR_S:
            quiet_s = now - (beat or watched.started_at)
            log.warning("%s showed no life for %.1f s", watched.spec.name, quiet_s)
            watched.hung = True
            self._abort(watched, child, "no sign of life")
        return None

    def _abort(self, watched: Watched, child: Child, reason: str) -> None:
        log.warning("%s is ended: %s", watched.spec.name, reason)
        child.abort()
        watched.aborted_at, watched.aborted_for = self._clock(), reason

    def _kill(self, watched: Watched, child: Child, reason: str) -> None:
        """End what says nothing any more; it is not waited for."""
        if not watched.aborted_for:
            log.warning("%s is killed: %s", watched.spec.name, reason)
        child.kill()
        watched.killed_at, watched.aborted_for = self._clock(), reason

    def _memory_limit_mb(self, spec: ProcessSpec) -> float:
        if spec.name == "engine":
            return self._config.engine_memory_limit_mb
        return self._config.memory_limit_mb

    def _leave_if_stuck(self, watched: Watched, child: Child, killed_s: float) -> int | None:
        if killed_s < GONE_WITHIN_S:
            return None
        log.error("%s was killed and hangs in the kernel; goes on without it", watched.spec.name)
        watched.stuck.append(child)
        return -signal.SIGKILL

    def _ended(self, watched: Watched, code: int) -> int | None:
        now, name = self._clock(), watched.spec.name
        lived_s = now - watched.started_at
        if watched.child is not None:
            watched.last_words = watched.child.last_words
        watched.child = None
        watched.last_exit = describe_exit(code)
        if watched.aborted_for:
            watched.last_exit = f"{watched.aborted_for} ({watched.last_exit})"
        watched.past = add_life(watched.past, read_status(self._run_dir, name))
        clear_status(self._run_dir, name)
        watched.count_hang(lived_s)
        asked, watched.asked_to_end = watched.asked_to_end, False
        if code == NOTHING_TO_DO:
            watched.finish()
            watched.last_exit, watched.start_due = "", now
            return None
        # One that was turned on later has nobody who reads what it refuses.
        if code == REFUSED and not (watched.restarts or watched.has_rested) and self._attended:
            return REFUSED
        if code == CLOSED and watched.spec.essential:
            return 0
        if asked or code == 0:
            # What a person asked for, or a new window, is no failure: the budget stays.
            watched.restarts += 1
            watched.start_due = now + (0 if asked else watched.policy.pause_s(lived_s))
            return None
        if watched.spec.essential and watched.policy.exhausted(now):
            self.gave_up = f"{name} ended too often ({watched.last_exit})"
            log.error("%s; the table ends", self.gave_up)
            return 1
        self._count_quick_death(watched, code, lived_s)
        watched.rests = False
        watched.restarts += 1
        watched.start_due = watched.policy.next_start(now, lived_s)
        wait_s = watched.start_due - now
        log.warning("%s ended (%s); starts again in %.1f s", name, watched.last_exit, wait_s)
        return None

    def forgive(self) -> None:
        """Begin anew with counting, since from now on the processes run with other settings."""
        self.crash_loop = ""
        for watched in self.watched.values():
            watched.quick_deaths, watched.policy = 0, RestartPolicy(self._config)

    def _count_quick_death(self, watched: Watched, code: int, lived_s: float) -> None:
        spec = watched.spec
        # A stage that refuses waits for a display that is still starting: nothing that was set.
        waits = code == REFUSED and spec.essential
        if not spec.answers or waits or lived_s >= _QUICK_DEATH_S:
            watched.quick_deaths = 0
            return
        watched.quick_deaths += 1
        if watched.quick_deaths >= _CRASH_LOOP:
            said = watched.last_words or watched.last_exit
            self.crash_loop = f"{spec.name} ended {watched.quick_deaths} times in a row: {said}"


def _may_start(watched: Watched) -> bool:
    # What hangs in a driver holds a device; more of the same would hang too, and pile up.
    watched.stuck = [child for child in watched.stuck if child.exit_code is None]
    return len(watched.stuck) < _MOST_STUCK
