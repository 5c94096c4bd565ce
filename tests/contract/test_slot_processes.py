"""A slot between real processes: no picture is torn, also when its writer is killed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from exhibit.contract.slot import Published, Slot
from tests.fakes.waiting import wait_until

SIDE = 256
# Publishes pictures of one grey each, as fast as it can, until it is killed.
WRITER = """
import sys
from pathlib import Path
import numpy as np
from exhibit.contract.slot import Slot
side, slot, sequence = int(sys.argv[2]), Slot.attach(Path(sys.argv[1])), 0
while True:
    sequence += 1
    slot.publish(sequence, float(sequence), np.full((side, side), sequence % 251, np.uint8))
"""


@contextmanager
def writing(slot: Slot) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(slot.path), str(SIDE)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def assert_whole(found: Published) -> None:
    assert found.pixels.shape == (SIDE, SIDE)
    np.testing.assert_array_equal(found.pixels, found.sequence % 251)
    assert found.captured_at == float(found.sequence)


def test_slot_read_during_writes_is_never_torn(tmp_path: Path) -> None:
    slot = Slot.create(tmp_path / "picture.slot", SIDE * SIDE)
    with writing(slot):
        wait_until(lambda: slot.version > 0, 20, "the writer publishes")
        seen = 0
        for _ in range(2000):
            found = slot.take(seen)
            if found is not None:
                assert found.version > seen
                seen = found.version
                assert_whole(found)
    assert seen > 1


def test_slot_writer_killed_again_and_again_leaves_whole_pictures(tmp_path: Path) -> None:
    slot = Slot.create(tmp_path / "picture.slot", SIDE * SIDE)
    for _ in range(3):
        before = slot.version
        with writing(slot) as process:
            wait_until(lambda start=before: slot.version > start + 50, 20, "the writer goes on")
            process.send_signal(signal.SIGKILL)
            process.wait()
        newest = slot.peek()
        assert newest is not None
        assert_whole(newest)
        assert newest.version > before
