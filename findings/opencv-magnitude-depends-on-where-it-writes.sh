#!/usr/bin/env bash
# OpenCV's `magnitude` of the same two arrays differs in its last bit by where in memory the result is written to.
#
# opencv-python-headless 5.0.0.93 (x86-64, whose wheel brings Intel's IPP), numpy 2.4.6, 64 numbers of float32.
# Expected: the same arrays give the same lengths, as NumPy's square root of the squares does, and as OpenCV's
# square root, phase and multiplication do.
# Seen: with the result at each of 16 places within 64 bytes, several different answers, a bit apart; one where
# `cv2.ipp.setUseIPP(False)` was called. So two runs of one program on one picture need not agree, and what is
# decided by such a length (a threshold, the best of several) can be decided otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/look.py" <<'PY'
import sys

import cv2
import numpy as np

COUNT, PLACES = 64, range(0, 64, 4)
rng = np.random.default_rng(0)
pairs = [rng.standard_normal((2, COUNT, 1)).astype(np.float32) for _ in range(20)]


def answers(work, x, y):
    """How many different results there are at the places of one cache line."""
    found = set()
    for place in PLACES:
        room = np.zeros(4 * COUNT + 128, np.uint8)
        begins = -room.ctypes.data % 64 + place
        result = room[begins : begins + 4 * COUNT].view(np.float32).reshape(COUNT, 1)
        work(x, y, result)
        found.add(result.tobytes())
    return len(found)


WORKS = {
    "cv2.magnitude": lambda x, y, out: cv2.magnitude(x, y, out),
    "cv2.phase": lambda x, y, out: cv2.phase(x, y, out),
    "cv2.sqrt": lambda x, y, out: cv2.sqrt(np.abs(x), out),
    "cv2.multiply": lambda x, y, out: cv2.multiply(x, y, out),
    "numpy, sqrt(x x + y y)": lambda x, y, out: np.sqrt(x * x + y * y, out=out),
}
seen = {}
for ipp in (True, False):
    cv2.ipp.setUseIPP(ipp)
    for name, work in WORKS.items():
        seen[name, ipp] = max(answers(work, x, y) for x, y in pairs)
        print(f"OpenCV {cv2.__version__}, IPP {'on ' if ipp else 'off'}: {name}: {seen[name, ipp]} different")
apart = [key for key, count in seen.items() if count > 1]
if apart != [("cv2.magnitude", True)]:
    sys.exit(f"expected that `magnitude` with IPP alone differs, and found {apart}: the behaviour has changed")
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
"$folder/venv/bin/python" "$folder/look.py"
