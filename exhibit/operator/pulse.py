"""What the page does by itself, once a second, whether somebody looks or not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from exhibit.contract.board import Heart, write_status
from exhibit.contract.errors import ConfigError
from exhibit.contract.notice import clear_notice, write_notice
from exhibit.contract.update_news import take_news
from exhibit.operator.access.certificate import Tls
from exhibit.operator.access.secrets import generate_password
from exhibit.operator.api.live import describe
from exhibit.operator.desk import HEARD, Desk, arrival
from exhibit.operator.machine import measure
from exhibit.operator.server import Server
from exhibit.operator.state.fading import STEP_S
from exhibit.operator.state.visits import Glimpse, VisitCounter
from exhibit.operator.switching import follow_schedule
from exhibit.operator.token_effects import LOOK_EVERY_S, TokenEffects

_EVERY_S = 1.0
_SLOW_EVERY_S = 10.0
_LOOK_FOR_FADE_S = 0.25
_NOTICE_S = 15 * 60.0


class Pulse:
    """Beats the heart, tells listeners, ends trials, watches certificate and claim.

    Args:
        desk: what the routes share.
        server: opened to the network once the table is claimed.
        tls: its certificate.
        clock: monotonic seconds.
    """

    def __init__(
        self, desk: Desk, server: Server, tls: Tls, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._desk, self._server, self._tls, self._clock = desk, server, tls, clock
        self._heart = Heart(desk.run_dir, "operator")
        self._slow_due = clock()
        self._notice_until = clock() + _NOTICE_S
        self._told: object = None
        self._invited = False
        self._arrival: object = None
        self._counter = VisitCounter()
        self._tokens = TokenEffects(desk, clock)
        self._fault = ""

    async def beat_on(self) -> None:
        """Go on until cancelled."""
        while True:
            self._heart.beat()
            await self.tick()
            await asyncio.sleep(_EVERY_S)

    async def fade_on(self) -> None:
        """Move fades until cancelled; while there is none it only looks whether one began."""
        while True:
            self._desk.fade.step()
            self._tell_arrival()
            await asyncio.sleep(STEP_S if self._desk.fade.active else _LOOK_FOR_FADE_S)

    async def follow_tokens(self) -> None:
        """Act on printed tokens until cancelled; while none are looked for it seldom looks."""
        while True:
            self._tokens.step()
            enabled = self._desk.settings.effective.tokens.enabled
            await asyncio.sleep(LOOK_EVERY_S if enabled else _LOOK_FOR_FADE_S)

    async def tick(self) -> None:
        """Do what is due."""
        desk, now = self._desk, self._clock()
        if desk.settings.look_for_safe_mode():
            desk.events.add("safe mode", text=desk.settings.safe_mode_reason or "on")
        desk.settings.in_force.publish()
        self._end_trial()
        news = take_news(desk.state_dir)
        if news is not None:
            desk.events.add(news[0], text=news[1])
        state = desk.table.look()
        desk.bundles.look(state["engine"])
        self._count(state["engine"])
        desk.watch.look(state)
        desk.recent.add(state, desk.machine)
        self._hear()
        follow_schedule(desk, datetime.now())
        if now >= self._slow_due:
            self._slow_due = now + _SLOW_EVERY_S
            self._renew_certificate()
            desk.machine = measure(desk.state_dir)
            if desk.visits.fault:
                desk.visits.try_out()
        if desk.accounts.claimed:
            self._show_claimed()
            await self._server.open_to_network()
        else:
            self._invite()
        self._tell_status()
        if desk.hub.count:
            # Sensors are slow to read: often for whoever looks, seldom for nobody.
            desk.machine = measure(desk.state_dir)
            desk.hub.send("state", describe(desk))

    def _tell_arrival(self) -> None:
        if not self._desk.hub.count:
            self._arrival = None
            return
        told = arrival(self._desk)
        if told != self._arrival:
            self._arrival = told
            self._desk.hub.send("arrival", told)

    def _hear(self) -> None:
        watch = self._desk.watch
        before = watch.heard
        watch.hear(self._desk.table.happened())
        if watch.heard != before:
            write_status(
                self._desk.run_dir, HEARD, {"at": watch.heard[0], "number": watch.heard[1]}
            )

    def _end_trial(self) -> None:
        settings, events = self._desk.settings, self._desk.events
        if settings.revert_if_due() is not None:
            events.add("trial reverted", text="a change was not confirmed in time")
        elif settings.trial is not None and self._desk.table.refusing():
            # A stage that cannot open its window is not left dark for the rest of the minute.
            names = ", ".join(self._desk.table.refusing())
            events.add("trial reverted", text=f"{names} did not start with the change")
            settings.revert()

    def _count(self, engine: dict[str, Any]) -> None:
        desk, now = self._desk, self._clock()
        if not engine["alive"]:
            return
        glimpse = Glimpse(
            now,
            bool(engine["sheet"]),
            float(engine["coverage"]),
            engine["ink_changed_at"],
            bool(engine["simulated"]),
        )
        visit = self._counter.look(glimpse)
        desk.drawing = self._counter.drawing
        if visit is not None:
            desk.visits.add(visit, now)
            desk.hub.send("visit", {"drawing_s": visit.drawing_s})

    def _invite(self) -> None:
        desk = self._desk
        desk.shown_password = desk.shown_password or generate_password()
        if not self._invited:
            lines = [
                f"Operator's page: {self._server.url}",
                f"Password to claim this table: {desk.shown_password}",
                f"Certificate SHA-256: {self._tls.fingerprint}",
            ]
            self._invited = write_notice(desk.run_dir, lines, self._notice_until)

    def _show_claimed(self) -> None:
        # Also claimed by the command, while this process runs.
        self._desk.shown_password = ""
        self._invited = False
        clear_notice(self._desk.run_dir)

    def _renew_certificate(self) -> None:
        try:
            if self._tls.renew():
                self._desk.events.add("certificate renewed", text=self._tls.fingerprint)
            self._fault = ""
        except ConfigError as error:
            self._fault = str(error)
        self._desk.fingerprint = self._tls.fingerprint
        self._desk.certificate = self._tls.files.certificate

    def _tell_status(self) -> None:
        desk = self._desk
        lines = [f"operator's page: {self._server.url}"]
        if desk.shown_password:
            lines.append(f"  password to claim this table: {desk.shown_password}")
            lines.append(f"  certificate SHA-256: {self._tls.fingerprint}")
        faults = (
            *self._server.faults,
            self._fault,
            desk.events.fault,
            desk.audit.fault,
            desk.visits.fault,
            desk.visits.damage,
            desk.accounts.fault,
            desk.scenes.fault,
            desk.scenes.damage,
            desk.settings.versions.fault,
            *self._tokens.faults,
            *desk.notices.faults,
            desk.certificate_fault,
            desk.mqtt_fault,
            _disk_fault(desk),
        )
        status = {
            **desk.settings.in_force.status(),
            "state": "serving",
            "url": self._server.url,
            "claimed": desk.accounts.claimed,
            "console": lines,
            "faults": [fault for fault in faults if fault],
        }
        if status != self._told and write_status(desk.run_dir, "operator", status):
            self._told = status


def _disk_fault(desk: Desk) -> str:
    full = desk.machine.get("disk_free_gb") == 0.0  # to a tenth
    return f"{desk.state_dir}: hardly any room is left on the disk" if full else ""
