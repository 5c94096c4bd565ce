"""Serving: on this machine alone until the table is claimed, then on one address of the network."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import time
from asyncio import sslproto
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from exhibit.contract.settings.addresses import networks_of
from exhibit.contract.settings.operator import OperatorConfig
from exhibit.operator.access.certificate import Tls
from exhibit.operator.access.sign_on import SignOn
from exhibit.operator.address import (
    LOOPBACK,
    is_loopback,
    is_wildcard,
    listen,
    listen_nearby,
    url_of,
)
from exhibit.operator.crowd import Crowd, Door
from exhibit.operator.deadline import PunctualProtocol

log = logging.getLogger(__name__)

_MOST_CONNECTIONS = 512
_KEEP_ALIVE_S = 20
HANDSHAKE_WITHIN_S = 10.0
_TRY_AGAIN_S = 30.0
_RECEIVE_BUFFER_BYTES = 16 * 1024


class Server(uvicorn.Server):
    """One application on one or two listening sockets.

    Attributes:
        url: where the page is reached.
        fault: why it is not reached where it should be, or empty.

    Args:
        app: the application.
        config: where to serve.
        tls: certificate and key.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        app: FastAPI,
        config: OperatorConfig,
        tls: Tls,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        behind: Any = app
        if config.proxies:
            behind = ProxyHeadersMiddleware(app, _trusted(config.proxies))  # type: ignore[arg-type]
        settings = uvicorn.Config(
            SignOn(behind, config.proxies if config.sign_on else ()),
            loop="asyncio",
            http=PunctualProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=0,
        )
        logging.getLogger("uvicorn.error").addFilter(_tells_of_a_crash)
        settings.load()
        settings.ssl = tls.context
        # Every TLS connection gets a buffer of this size for what it receives, 256 KiB as it comes:
        # two hundred viewers, who send next to nothing, would take 50 MB.
        sslproto.SSLProtocol.max_size = _RECEIVE_BUFFER_BYTES
        super().__init__(settings)
        self._app, self._page, self._clock = app, config, clock
        self._crowd = Crowd(clock=clock)
        self._here = Door(listen_nearby(LOOPBACK, config.port), self._crowd)
        self.url = url_of(self._here)
        self._network: Door | None = None
        self._try_at = clock()
        self.fault = ""
        port = self._here.getsockname()[1]
        if config.port not in (0, port):
            self.fault = f"operator.port: {config.port} is taken; serving on {port} instead"

    @property
    def faults(self) -> tuple[str, ...]:
        """All that is wrong with how the page is reached."""
        return (*filter(None, [self.fault]), *self._crowd.faults)

    async def serve_here(self) -> None:
        """Serve on this machine until asked to end."""
        await self.serve(sockets=[])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the door on this machine."""
        here = await self._serve_on(self._here)
        await super().startup(sockets)
        self.servers.append(here)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End when asked to, and leave it at that: the base raises the signal once more."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        yield

    async def open_to_network(self) -> None:
        """Serve on the configured address too; tried again later where there is no such address."""
        now, host = self._clock(), self._page.host
        if self._network is not None or is_loopback(host) or now < self._try_at or not self.started:
            return
        self._try_at = now + _TRY_AGAIN_S
        try:
            self._network = Door(await self._listen_on(host), self._crowd)
        except OSError as error:
            self.fault = f"operator.host: {host}: {error.strerror}; serving on {self.url} alone"
            return
        self.fault, self.url = "", url_of(self._network)
        self.servers.append(await self._serve_on(self._network))

    async def _listen_on(self, host: str) -> socket.socket:
        port = self._page.port
        try:
            return listen(host, port)
        except OSError:
            if not is_wildcard(host) or self._here.getsockname()[1] != port:
                raise
        # It may be our own socket that is in the way: every interface is this machine's own too.
        self.servers[0].close()
        try:
            return listen(host, port)
        except OSError:
            self._here = Door(listen_nearby(LOOPBACK, port), self._crowd)
            self.url = url_of(self._here)
            self.servers[0] = await self._serve_on(self._here)
            raise

    async def _serve_on(self, door: Door) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            self._protocol,
            sock=door,
            ssl=self.config.ssl,
            ssl_handshake_timeout=HANDSHAKE_WITHIN_S,
            ssl_shutdown_timeout=HANDSHAKE_WITHIN_S,
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End open streams, then everything else."""
        self._app.state.ending.set()
        await super().shutdown(sockets)

    def _end(self) -> None:
        self.should_exit = True

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state={}
        )


def _trusted(proxies: Iterable[str]) -> list[str]:
    """Return the networks of proxies, also as an interface that takes both families names them."""
    networks = [network for text in proxies for network in networks_of(text)]
    mapped = [f"::ffff:{n.network_address}/{n.prefixlen + 96}" for n in networks if n.version == 4]
    return [*map(str, networks), *mapped]


def _tells_of_a_crash(record: logging.LogRecord) -> bool:
    """Return whether a record is worth a line: streams that are cut short are no fault."""
    return record.exc_info is not None
