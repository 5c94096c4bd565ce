"""All tables that faults are tried on, and which."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.faults.bundles import bundle_faults
from benchmarks.faults.cameras import DEVICE, camera_faults, plugged_in
from benchmarks.faults.card import card_faults, card_in_place
from benchmarks.faults.clocks import clock_environment, clock_faults, lacks_clock, scheduled
from benchmarks.faults.fault import Setup
from benchmarks.faults.network import CONFIG, lacks_network, network, network_faults
from benchmarks.faults.processes import process_faults
from benchmarks.faults.sounds import SERVER, device_plugged_in, lacks_sound, sound_faults
from benchmarks.faults.storage import storage_faults
from benchmarks.faults.window import SCREEN, lacks_opengl, lacks_screen, screen_on, window_faults


def all_setups() -> Iterator[Setup]:
    """Yield every table, in the order in which they are started."""
    everything = {"sound": {"enabled": True}, "takehome": {"enabled": True, "folder": "taken"}}
    yield Setup("plain", (*process_faults(), *bundle_faults(), *storage_faults()), everything)
    camera = {"source": str(DEVICE), "fps": 15}
    yield Setup("camera", tuple(camera_faults()), {"camera": camera}, around=plugged_in)
    model = {"providers": ["cuda", "cpu"]}
    yield Setup("card", tuple(card_faults()), {"model": model}, around=card_in_place)
    yield Setup(
        "window", tuple(window_faults()), around=screen_on, lacks=lacks_screen(), screen=SCREEN
    )
    opengl = {"stage": {"width": 640, "height": 400, "fps": 30, "renderer": "opengl"}}
    yield Setup(
        "opengl",
        tuple(window_faults("OpenGL")),
        opengl,
        around=screen_on,
        lacks=lacks_opengl(),
        screen=SCREEN,
    )
    yield Setup("network", tuple(network_faults()), CONFIG, around=network, lacks=lacks_network())
    yield Setup(
        "sound",
        tuple(sound_faults()),
        {"sound": {"enabled": True}},
        {"XDG_RUNTIME_DIR": str(SERVER)},
        around=device_plugged_in,
        lacks=lacks_sound(),
    )
    yield Setup(
        "clock",
        tuple(clock_faults()),
        environment=clock_environment(),
        around=scheduled,
        lacks=lacks_clock(),
    )
