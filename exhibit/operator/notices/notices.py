"""All notices of one table: faults as they come, a sign of life once a week, tests on request."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.notices import NoticesConfig
from exhibit.operator.notices.channels import Channel, Notice, NoticeError, open_channels
from exhibit.operator.notices.teller import Teller

FILE = "notices.json"
_LOOK_EVERY_S = 1.0
_WEEK_S = 7 * 86400.0
_TRY_AGAIN_S = 3600.0


class Notices:
    """Sends notices in threads, so that no reader of the page waits for a mail server.

    Args:
        config: where to, and how often.
        folder: of the page's own files: secrets, and when the last sign of life was given.
        clock: monotonic seconds.
        wall: seconds of wall time.
        channels: the ways out; None opens those of the settings.
    """

    def __init__(
        self,
        config: NoticesConfig,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        channels: list[Channel] | None = None,
    ) -> None:
        self._config, self._file, self._clock, self._wall = config, folder / FILE, clock, wall
        found = open_channels(config, folder) if channels is None else channels
        self.tellers = [Teller(channel, 60 * config.pause_min, clock) for channel in found]
        self._sign_due = float("-inf")

    @property
    def faults(self) -> tuple[str, ...]:
        """Why notices do not get out."""
        return tuple(teller.fault for teller in self.tellers if teller.fault)

    def hear(self, record: dict[str, Any]) -> None:
        """Take in a record of the journal."""
        for teller in self.tellers:
            teller.hear(record)

    async def tell_on(self, summary: Callable[[], str]) -> None:
        """Send what is due until cancelled.

        Args:
            summary: says how the table is, and how it was used lately.
        """
        while True:
            await self.step(summary)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def step(self, summary: Callable[[], str]) -> None:
        """Send what is due now."""
        for teller in self.tellers:
            if teller.is_due:
                await asyncio.to_thread(teller.send_due)
        if self._is_week_over():
            self._sign_due = self._clock() + _TRY_AGAIN_S
            notice = Notice("a sign of life", summary())
            # Whoever got it is not told again because of another one.
            if any(fault is None for _, fault in await self._send_all(notice)):
                self._remember()

    async def test(self) -> list[dict[str, str | None]]:
        """Send a test by every channel; returns each one's name, and why it failed or None."""
        notice = Notice("a test", "Somebody pressed the button on the operator's page.")
        return [{"channel": name, "fault": f} for name, f in await self._send_all(notice)]

    async def _send_all(self, notice: Notice) -> list[tuple[str, str | None]]:
        found: list[tuple[str, str | None]] = []
        for teller in self.tellers:
            try:
                await asyncio.to_thread(teller.send, notice)
                found.append((teller.channel.name, None))
            except NoticeError as error:
                found.append((teller.channel.name, str(error)))
        return found

    def _is_week_over(self) -> bool:
        if not (self.tellers and self._config.sign_of_life) or self._clock() < self._sign_due:
            return False
        try:
            last = float(json.loads(plain_text(self._file))["sign_of_life_at"])
        except FileNotFoundError:
            # The first is given a week after notices were set up.
            self._remember()
            return False
        except (OSError, ValueError, KeyError, TypeError):
            return True
        # A clock that was wrong must not keep the table silent for years.
        return not 0 <= self._wall() - last < _WEEK_S

    def _remember(self) -> None:
        self._sign_due = self._clock() + _TRY_AGAIN_S
        # On a disk that cannot be used there is one sign of life too many after each start.
        with contextlib.suppress(OSError):
            write_whole(self._file, json.dumps({"sign_of_life_at": self._wall()}), PRIVATE)
