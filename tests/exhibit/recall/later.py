"""A thread that does nothing until it is told to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class Later(Executor):
    """Keeps what it is given until `work` is called: time passes as a test wants it to."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._waiting.append((future, lambda: fn(*args, **kwargs)))
        return future

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return len(self._waiting)

    def work(self) -> None:
        """Do what waits."""
        waiting, self._waiting = self._waiting, []
        for future, call in waiting:
            try:
                future.set_result(call())
            except Exception as error:  # noqa: BLE001 - handed on, as a thread pool does
                future.set_exception(error)
