"""A session that goes down to the processor when a graphics card fails, and up where it can."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from exhibit.contract.values import Floats
from exhibit.inference.binding import Shapes
from exhibit.inference.providers import CPU, TENSORRT
from exhibit.inference.session import Graph, Session, first_line

log = logging.getLogger(__name__)

_RETRY_MIN_S, _RETRY_MAX_S = 10.0, 1800.0
_NEVER = float("inf")


class LadderSession:
    """Runs a graph on the best provider there is at the moment, as `Session` does.

    A card that fails while it runs (its driver lost it, its memory is full) costs one picture some
    seconds: the graph is opened on the processor and the same input run again. In a thread the card
    is tried anew, ever more seldom, and takes over once it has run the graph and been checked. A
    card that hung took the whole process with it: the next one begins on the processor, and tries
    the card later. TensorRT plans a graph for minutes: what comes after it answers meanwhile.

    Attributes:
        fault: which provider failed, and what it said; empty where the wanted one runs.

    Args:
        path, inputs, outputs, providers, threads: as of `Session`.
        check: raises where a provider's answers are not what they should be.
        spared_until: no card is tried before, in monotonic seconds.
        opener: opens a session.
        clock: monotonic seconds.

    Raises:
        BundleError: of `Session`, and what `check` raises.
    """

    def __init__(
        self,
        path: Path,
        inputs: Shapes,
        outputs: Shapes,
        providers: Sequence[str],
        threads: int,
        check: Callable[[Graph], None],
        spared_until: float = 0.0,
        opener: Callable[..., Session] = Session,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._given, self._threads, self._check = (path, inputs, outputs), threads, check
        self._providers, self._opener, self._clock = tuple(providers), opener, clock
        self._retry_s, self._retry_at = _RETRY_MIN_S, _NEVER
        self._trying: threading.Thread | None = None
        self._found: Session | None = None
        self.path, self.fault = path, ""
        spared_s, best = spared_until - clock(), self._providers[0]
        if spared_s > 0 and best != CPU:
            self._session, self._wanted = self._open((CPU,)), self._providers[:-1]
            self._retry_s, self._retry_at = spared_s, spared_until
            self.fault = _on_processor(path, f"{best} is not used, since it hung")
        elif best == TENSORRT:
            self._session, self._wanted = self._open(self._providers[1:]), (TENSORRT,)
            self._retry_at = clock()
        else:
            self._session = self._open(self._providers)
            self._wanted = (self._session.provider,)
        self.inputs, self.outputs = self._session.inputs, self._session.outputs

    @property
    def provider(self) -> str:
        """Where the graph runs."""
        return self._session.provider

    @property
    def awaited(self) -> str:
        """Which provider is being opened for the first time beside this one; "" for none."""
        return "" if self.fault or self._retry_at == _NEVER else self._wanted[0]

    def new_outputs(self) -> dict[str, Floats]:
        """Return one array for every output, for `run` to write into."""
        return self._session.new_outputs()

    def run(self, inputs: Mapping[str, Floats], outputs: Mapping[str, Floats]) -> None:
        """Run the graph once, on the processor where the provider fails.

        Args:
            inputs: C-contiguous float32 arrays of the declared shapes.
            outputs: the same; overwritten.
        """
        if self._retry_at < _NEVER:
            self._climb()
        try:
            self._session.run(inputs, outputs)
        except Exception as error:
            # ONNX Runtime's errors share no other base. There is nothing below the processor.
            if self.provider == CPU:
                raise
            self._go_down(error)
            self._session.run(inputs, outputs)

    def _go_down(self, error: Exception) -> None:
        said = first_line(error)[:200]
        self.fault = f"{_on_processor(self.path, f'{self.provider} failed while it ran')}: {said}"
        log.error("%s", self.fault)
        self._wanted = tuple({*self._wanted, self.provider})
        self._session = self._opener(*self._given, (CPU,), self._threads)
        self._try_later()

    def _try_later(self) -> None:
        """Try the card again after a while, the next time after twice as long."""
        self._retry_at = self._clock() + self._retry_s
        self._retry_s = min(2 * self._retry_s, _RETRY_MAX_S)

    def _climb(self) -> None:
        """Try the wanted provider where that is due; take it where it has run."""
        if self._trying is None:
            if self._clock() >= self._retry_at:
                self._trying = threading.Thread(target=self._try, name="open-again", daemon=True)
                self._trying.start()
            return
        if self._trying.is_alive():
            return
        self._trying, found, self._found = None, self._found, None
        if found is not None and found.provider in self._wanted:
            log.warning("%s: runs on %s now", self.path.name, found.provider)
            self._session, self.fault, self._retry_at = found, "", _NEVER
        elif self.fault:
            self._try_later()
        else:
            self._wanted, self._retry_at = (self.provider,), _NEVER

    def _try(self) -> None:
        try:
            self._found = self._open(self._providers)
        except Exception as error:  # noqa: BLE001 - what answers goes on
            wanted = self._providers[0]
            log.warning("%s: %s cannot be opened: %s", self.path.name, wanted, error)

    def _open(self, providers: Sequence[str]) -> Session:
        session = self._opener(*self._given, providers, self._threads)
        self._check(session)
        return session


def _on_processor(path: Path, why: str) -> str:
    return f"{path.name}: {why}, pictures are made on the processor until it works again"
