"""The seam to PortAudio: everything that `sounddevice` can raise becomes one `SoundError`."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Callable, Iterator
from typing import Any, Literal, Protocol

import numpy as np

from exhibit.contract.errors import SoundError
from exhibit.contract.values import Floats
from exhibit.sound.score import BLOCK, CHANNELS_MOST, HEARD_BLOCK

Kind = Literal["output", "input"]
_NO_LIBRARY = "PortAudio is not installed; on Debian: apt install libportaudio2"
_SIZES: dict[Kind, int] = {"output": BLOCK, "input": HEARD_BLOCK}
_LATENCIES_S: dict[Kind, float] = {"output": 0.032, "input": 0.1}
"""That is asked of a device: a shared machine stands still for some 20 ms now and then. A device
that is heard may take its time, and then wakes nobody hundreds of times a second."""
_STDERR = 2


class Instrument(Protocol):
    """What is made for a device once its rate and channels are known."""

    def block(self, frames: Floats, delay_s: float, late: bool) -> bool:
        """Fill or take one block (frames, channels).

        Args:
            frames: the block.
            delay_s: seconds until it is heard, or since it was.
            late: the one before came too late.

        Returns:
            whether to go on.
        """


class Stream:
    """An open device.

    Attributes:
        name: of the device.
        rate, channels, latency_s: as the device has them.

    Args:
        opened: the stream of the library.
        name: of the device.
        channels: as they were asked for.
    """

    def __init__(self, opened: Any, name: str, channels: int) -> None:
        self._opened = opened
        self.name, self.channels = name, channels
        self.rate, self.latency_s = float(opened.samplerate), float(opened.latency)

    @property
    def active(self) -> bool:
        """Whether the device still asks for blocks."""
        try:
            return bool(self._opened.active)
        except Exception:  # noqa: BLE001 - a device that went may raise anything
            return False

    def start(self) -> None:
        """Begin; raises SoundError where the device will not."""
        with _quiet(), _told(self.name):
            self._opened.start()

    def close(self) -> None:
        """Let the device go; one that is gone already is no fault."""
        with _quiet(), contextlib.suppress(Exception):
            self._opened.abort()
        with _quiet(), contextlib.suppress(Exception):
            self._opened.close()


class PortAudio:
    """The library, which may not be there.

    Args:
        load: returns the module `sounddevice`; raises OSError without PortAudio.
    """

    def __init__(self, load: Callable[[], Any] | None = None) -> None:
        self._load = load or _load
        self._module: Any = None

    def refresh(self) -> None:
        """Look anew for devices. No stream may be open: it would be gone.

        PortAudio lists devices once, when it starts; one that was plugged in or out later is not
        seen until it starts again.
        """
        if self._module is None:
            self._module = self._loaded()  # it starts when it is loaded
            return
        with _quiet(), _told("PortAudio"):
            self._module._terminate()
            self._module._initialize()

    def devices(self, kind: Kind) -> list[str]:
        """Return the names of all devices that can play, or hear."""
        with _quiet(), _told("PortAudio"):
            found = self._loaded().query_devices()
            return [device["name"] for device in found if device[f"max_{kind}_channels"] > 0]

    def open(
        self, kind: Kind, name: str, make: Callable[[float, int], Instrument]
    ) -> tuple[Stream, Instrument]:
        """Open a device, which does not begin yet.

        Args:
            kind: whether it is to play or to hear.
            name: of the device or part of it; empty is the system's own choice.
            make: makes the instrument for a rate and a number of channels.

        Raises:
            SoundError: there is no such device, or it cannot be opened now.
        """
        module = self._loaded()
        subject = f"'{name}'" if name else f"the system's {kind}"
        with _quiet(), _told(subject):
            info = module.query_devices(name or None, kind)
            channels = min(int(info[f"max_{kind}_channels"]), CHANNELS_MOST)
            rate = float(info["default_samplerate"])
            instrument = make(rate, channels)
            kinds = {"output": module.RawOutputStream, "input": module.RawInputStream}
            size = _SIZES[kind]
            opened = kinds[kind](
                samplerate=rate,
                blocksize=size,
                device=info["index"],
                channels=channels,
                dtype="float32",
                latency=_LATENCIES_S[kind],
                callback=_callback(
                    module, kind, np.zeros((size, channels), np.float32), instrument
                ),
            )
        return Stream(opened, str(info["name"]), channels), instrument

    def _loaded(self) -> Any:
        if self._module is None:
            try:
                with _quiet():
                    self._module = self._load()
            except (ImportError, OSError):
                raise SoundError(_NO_LIBRARY) from None
            except Exception as error:  # noqa: BLE001 - PortAudio starts while it is imported
                raise SoundError(f"PortAudio does not start: {_first_line(error)}") from None
        return self._module


def _callback(
    module: Any, kind: Kind, block: Floats, instrument: Instrument
) -> Callable[..., None]:
    # The device's memory is copied: making an array of it anew costs more than a block does.
    raw, answer = block.data.cast("B"), instrument.block

    def output(memory: Any, _count: int, time: Any, status: Any) -> None:
        delay_s = time.outputBufferDacTime - time.currentTime
        goes_on = answer(block, delay_s, status.output_underflow)
        memory[:] = raw
        if not goes_on:
            raise module.CallbackAbort

    def heard(memory: Any, _count: int, time: Any, status: Any) -> None:
        raw[:] = memory
        delay_s = time.currentTime - time.inputBufferAdcTime
        if not answer(block, delay_s, status.input_overflow):
            raise module.CallbackAbort

    return output if kind == "output" else heard


@contextlib.contextmanager
def _told(subject: str) -> Iterator[None]:
    """Turn whatever the library raises into one line: PortAudioError, ValueError, and more."""
    try:
        yield
    except SoundError:
        raise
    except Exception as error:  # noqa: BLE001 - the library's own boundary
        raise SoundError(f"{subject}: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep ALSA and JACK from writing a page to the journal each time a device is looked for."""
    kept = os.dup(_STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(nowhere)


def _load() -> Any:
    return importlib.import_module("sounddevice")
