"""Requests made up from the API's own description, right ones and wrong ones."""

from __future__ import annotations

import time
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import hypothesis
import schemathesis

from tests.patience import PATIENCE_S

ENDLESS = ("/api/v1/events", "/api/v1/pictures/{name}.mjpeg")
"""Streams: whoever asks for them reads for ever."""
SAID_ON_PURPOSE = (503, 507)
"""What the API answers where stage or disk are not there."""
# Routes that take nothing run out of cases long before.
_EACH = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the operation, the status, and the beginning of the text."""

    operation: str
    status: int
    text: str

    @property
    def is_crash(self) -> bool:
        """Whether something went wrong that nobody had thought of."""
        unforeseen = self.status >= 500 and self.status not in SAID_ON_PURPOSE
        return unforeseen or "Traceback" in self.text


def ask_made_up_requests(
    client: httpx2.Client, described: Mapping[str, Any], leave_out: Container[str] = ()
) -> list[Answer]:
    """Ask everything that the description offers.

    Args:
        client: knows the address and carries a token.
        described: the OpenAPI document.
        leave_out: further paths that are not asked for.

    Returns:
        Every answer, in order.
    """
    paths = {
        path: methods
        for path, methods in described["paths"].items()
        if path not in ENDLESS and path not in leave_out
    }
    schema = schemathesis.openapi.from_dict({**described, "paths": paths})
    answers: list[Answer] = []

    def ask(case: Any) -> None:
        request = case.as_transport_kwargs(base_url=str(client.base_url))
        request.pop("cookies", None)
        headers = {**dict(request.pop("headers", None) or {}), **dict(client.headers)}
        try:
            answer = _sent(client, {**request, "headers": headers})
        except (httpx2.InvalidURL, httpx2.LocalProtocolError, UnicodeError):
            return  # no client would send it
        answers.append(Answer(case.operation.label, answer.status_code, answer.text[:2000]))

    for found in schema.get_all_operations():
        operation: Any = found
        _quietly(hypothesis.given(case=_either(operation.ok()))(ask))()
    return answers


def _sent(client: httpx2.Client, request: dict[str, Any]) -> httpx2.Response:
    """Send a request; a page that was told to start again is waited for, and so is the rate."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = client.request(**request)
        except (httpx2.ConnectError, httpx2.ReadError, httpx2.RemoteProtocolError):
            if time.monotonic() > until:
                raise
        else:
            if answer.status_code != 429 or answer.headers.get("Retry-After") != "1":
                return answer
        time.sleep(1.0)


def _either(operation: Any) -> Any:
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    return hypothesis.strategies.one_of(
        *(operation.as_strategy(generation_mode=mode) for mode in modes)
    )


def _quietly(test: Any) -> Any:
    return hypothesis.settings(
        max_examples=_EACH,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )(test)
