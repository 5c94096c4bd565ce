"""A folder must be gone on with, not begun anew."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from models.diffusion.inking import ink_into, read_inked
from tests.models.diffusion.subjects import tiny_subject


def test_ink_into_leaves_what_is_there_and_draws_the_rest_the_same(tmp_path: Path) -> None:
    subject, heard = tiny_subject(), []
    files = [tmp_path / f"{number}.png" for number in range(3)]
    ink_into(subject, subject.noise(3), files, 32, heard.append)
    assert heard == [0, 3]
    first = read_inked(files)
    assert first.shape == (3, 32, 32)
    files[1].unlink()
    files[2].write_bytes(files[0].read_bytes())
    ink_into(subject, subject.noise(3), files, 32, heard.append)
    assert heard == [0, 3, 2, 3]
    again = read_inked(files)
    np.testing.assert_array_equal(again[:2], first[:2])
    np.testing.assert_array_equal(again[2], first[0])
