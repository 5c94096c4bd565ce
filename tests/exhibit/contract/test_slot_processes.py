"""A slot between real processes: no picture is torn, also when its writer is killed.

Spans several processes, which `test_slot` does without.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from exhibit.contract.slot import Published, Slot
from tests.patience import wait_until

SIDE = 512
GREYS = 7
READS = 60
# Publishes pictures of one grey each, as fast as it can, until it is killed.
WRITER = """
import sys
from pathlib import Path
import numpy as np
from exhibit.contract.slot import Slot
slot, side, greys = Slot.attach(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
pictures = [np.full((side, side), grey, np.uint8) for grey in range(greys)]
sequence = 0
while True:
    sequence += 1
    slot.publish(sequence, float(sequence), pictures[sequence % greys])
"""


@contextmanager
def writing(slot: Slot) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [str(slot.path), str(SIDE), str(GREYS)]
    process = subprocess.Popen([sys.executable, "-c", WRITER, *arguments])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def assert_whole(found: Published) -> None:
    assert found.pixels.shape == (SIDE, SIDE)
    np.testing.assert_array_equal(found.pixels, found.sequence % GREYS)
    assert found.captured_at == float(found.sequence)


def test_slot_read_during_writes_is_never_torn(tmp_path: Path) -> None:
    slot = Slot.create(tmp_path / "picture.slot", SIDE * SIDE)
    seen = 0

    def take_next() -> bool:
        nonlocal seen
        found = slot.take(seen)
        if found is None:
            return False
        assert found.version > seen
        seen = found.version
        assert_whole(found)
        return True

    with writing(slot):
        for _ in range(READS):
            wait_until(take_next, "a whole picture arrives")


def test_slot_writer_killed_again_and_again_leaves_whole_pictures(tmp_path: Path) -> None:
    slot = Slot.create(tmp_path / "picture.slot", SIDE * SIDE)
    for _ in range(3):
        before = slot.version
        with writing(slot) as process:
            wait_until(lambda start=before: slot.version > start + 50, "the writer goes on")
            process.send_signal(signal.SIGKILL)
            process.wait()
        newest = slot.peek()
        assert newest is not None
        assert_whole(newest)
        assert newest.version > before
