"""Bodies of requests as JSON that means the same everywhere: finite numbers and whole letters.

Python's own reader takes NaN and half a surrogate pair, which nothing behind it can store.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

_MOST_DIGITS = 18


class StrictRoute(APIRoute):
    """A route that answers 422 to what is not such JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what handles a request."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_strictly


class _StrictRequest(Request):
    async def json(self) -> Any:
        body = await self.body()
        try:
            text = body.decode()
            data = json.loads(
                text, parse_constant=_refused, parse_float=_finite, parse_int=_bounded
            )
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeError:
            raise json.JSONDecodeError("no text", "", 0) from None
        return data


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refused(digits)


def _bounded(digits: str) -> int:
    return int(digits) if len(digits) <= _MOST_DIGITS else _refused(digits)


def _refused(digits: str) -> NoReturn:
    raise json.JSONDecodeError(f"{digits:.20} is no number that can be kept", digits, 0)
