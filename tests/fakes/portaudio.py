"""`sounddevice` without devices: they come, go, are in use or run wild as a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

BLOCK = 512
NO_DEVICE = "Error querying device -1"
UNAVAILABLE = "Error opening OutputStream: Device unavailable [PaErrorCode -9985]"


class PortAudioError(Exception):
    """As the library raises it."""


class CallbackAbort(Exception):  # noqa: N818 - the library's own name
    """As the library takes it."""


@dataclass
class Device:
    """One that is plugged in."""

    name: str
    outputs: int = 2
    inputs: int = 0
    rate: float = 48000.0
    in_use: bool = False


@dataclass
class FakeStream:
    """An open stream; a test asks it for blocks."""

    device: Device
    callback: Callable[..., None]
    channels: int
    samplerate: float
    blocksize: int = BLOCK
    latency: float = 0.02
    active: bool = False
    closed: bool = False
    played: list[Any] = field(default_factory=list)

    def start(self) -> None:
        self.active = True

    def abort(self) -> None:
        self.active = False

    def close(self) -> None:
        self.closed = True

    def pull(self, blocks: int = 1, heard: Any = None, late: bool = False) -> None:
        """Ask for blocks, or give some that were heard."""
        for _ in range(blocks):
            if not self.active:
                return
            block = np.zeros((BLOCK, self.channels), np.float32) if heard is None else heard
            time = SimpleNamespace(
                currentTime=5.0, outputBufferDacTime=5.02, inputBufferAdcTime=4.98
            )
            status = SimpleNamespace(output_underflow=late, input_overflow=late)
            try:
                self.callback(memoryview(block).cast("B"), len(block), time, status)
            except CallbackAbort:
                self.active = False
            self.played.append(block)


class FakeSoundDevice:
    """The module, as far as the table uses it.

    Attributes:
        plugged: devices that are there; the library sees them when it is initialised.
        streams: all that were opened, oldest first.
    """

    PortAudioError, CallbackAbort = PortAudioError, CallbackAbort

    def __init__(self, *plugged: Device) -> None:
        self.plugged = list(plugged)
        self.streams: list[FakeStream] = []
        self.listed: list[Device] = []
        self.loads = 0
        self.missing = False
        self._initialize()

    def load(self) -> FakeSoundDevice:
        """Load the module; without the library that fails as it does on Debian."""
        self.loads += 1
        if self.missing:
            raise OSError("PortAudio library not found")
        return self

    def _initialize(self) -> None:
        self.listed = list(self.plugged)

    def _terminate(self) -> None:
        for stream in self.streams:
            stream.active = False

    def unplug(self, device: Device) -> None:
        """Pull the plug: its streams end, and the list stays as it was."""
        self.plugged.remove(device)
        for stream in self.streams:
            if stream.device is device:
                stream.active = False

    def query_devices(self, device: str | None = None, kind: str | None = None) -> Any:
        if kind is None:
            return [self._info(number) for number in range(len(self.listed))]
        able = [n for n, d in enumerate(self.listed) if getattr(d, f"{kind}s")]
        if device is None:
            if not able:
                raise PortAudioError(NO_DEVICE)
            return self._info(able[0])
        found = [n for n in able if device in self.listed[n].name]
        if not found:
            raise ValueError(f"No {kind} device matching {device!r}")
        return self._info(found[0])

    def RawOutputStream(self, **given: Any) -> FakeStream:  # noqa: N802
        return self._stream(**given)

    def RawInputStream(self, **given: Any) -> FakeStream:  # noqa: N802
        return self._stream(**given)

    def _stream(self, **given: Any) -> FakeStream:
        assert given["blocksize"] in (BLOCK, 2 * BLOCK)
        device = self.listed[given["device"]]
        if device.in_use or device not in self.plugged:
            raise PortAudioError(UNAVAILABLE)
        asked = ("callback", "channels", "samplerate", "blocksize")
        stream = FakeStream(device, *(given[name] for name in asked))
        self.streams.append(stream)
        return stream

    def _info(self, number: int) -> dict[str, Any]:
        device = self.listed[number]
        return {
            "index": number,
            "name": device.name,
            "max_output_channels": device.outputs,
            "max_input_channels": device.inputs,
            "default_samplerate": device.rate,
        }
