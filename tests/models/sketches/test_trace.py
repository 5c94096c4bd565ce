import numpy as np

from models.sketches.perturb import length_of
from models.sketches.trace import follow


def test_follow_two_crossing_lines_go_straight_on():
    lines = np.zeros((64, 64), bool)
    lines[32, 8:56] = True
    lines[8:56, 32] = True
    strokes = follow(lines)
    assert sum(len(s) for s in strokes) >= 90
    longest = max(strokes, key=length_of)
    assert min(np.ptp(longest, axis=0)) < 2 / 64
