#!/usr/bin/env bash
# OpenCV 4 finds the corners of a ChArUco board half a pixel beside where it finds the same corners itself.
#
# opencv-python-headless 4.13.0.92 and 5.0.0.93, numpy 2.2.6. A board is drawn by the library, 80 pixels a
# square: its inner corners lie between two pixels. CharucoDetector finds them, and cornerSubPix is then asked
# to refine them in the same picture.
# Expected: what is refined already stays where it is.
# Seen: 4.13 finds all 35 corners 0.51 px to the right of and below the place to which cornerSubPix moves them,
# which is the right one; 5.0 finds them there at once. A lens calibrated with 4.x has its principal point half
# a pixel off, and one that corrected for it is half a pixel off the other way with 5.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
for version in 4.13.0.92 5.0.0.93; do
  "$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    "opencv-python-headless==$version" numpy==2.2.6
  "$folder/env/bin/python" - <<'PY'
import sys

import cv2
import numpy as np

SQUARE, EDGE = 80, 40
dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_100)
board = cv2.aruco.CharucoBoard((8, 6), 40, 30, dictionary)
drawn = board.generateImage((8 * SQUARE, 6 * SQUARE))
drawn = cv2.copyMakeBorder(drawn, EDGE, EDGE, EDGE, EDGE, cv2.BORDER_CONSTANT, value=255)
corners, ids, _, _ = cv2.aruco.CharucoDetector(board).detectBoard(drawn)
corners, ids = corners.reshape(-1, 2), ids.ravel()
# The middle of the first pixel is 0: an edge between pixels 119 and 120 lies at 119.5.
true = EDGE - 0.5 + SQUARE * np.stack([ids % 7 + 1, ids // 7 + 1], axis=1)
refined = corners.astype(np.float32).reshape(-1, 1, 2).copy()
stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 50, 1e-4)
cv2.cornerSubPix(drawn, refined, (7, 7), (-1, -1), stop)
off = (corners - true).mean(axis=0)
left = (refined.reshape(-1, 2) - true).mean(axis=0)
print(f"OpenCV {cv2.__version__}: {len(ids)} corners, off by {off.round(2)}, refined {left.round(2)}")
expected = 0.51 if cv2.__version__.startswith("4.") else 0.0
if len(ids) != 35 or np.abs(off - expected).max() > 0.02 or np.abs(left).max() > 0.02:
    sys.exit(f"expected 35 corners, off by {expected} each way and 0 once refined: it has changed")
PY
done
