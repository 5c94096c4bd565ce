#!/usr/bin/env bash
# OpenCV's opening and closing move what they keep by a pixel where the kernel's side is even.
#
# opencv-python-headless 5.0.0.93, numpy 2.2.6, scipy 1.15.3, a block of 4 by 4 pixels that the kernel fits into.
# Expected: an opening keeps such a block where it is, as SciPy's does, and never marks what was not marked.
# Seen: erode and dilate use one anchor and mirror nothing, so that two half steps go the same way. With a
# kernel of 2 by 2 the block lies a pixel farther right and down, 7 of its 16 pixels on bare ground; with
# 3 by 3 it stays. An erosion and a dilation with anchors on opposite corners give what SciPy gives.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/look.py" <<'PY'
import sys

import cv2
import numpy as np
from scipy.ndimage import binary_opening


def moved(found: np.ndarray) -> tuple[int, int]:
    rows, columns = np.nonzero(found)
    return int(rows.min()) - 6, int(columns.min()) - 6


page = np.zeros((16, 16), np.uint8)
page[6:10, 6:10] = 1
right = True
for side in (2, 3):
    kernel = np.ones((side, side), np.uint8)
    opened = cv2.morphologyEx(page, cv2.MORPH_OPEN, kernel)
    bare = int(np.count_nonzero(opened & (page == 0)))
    scipys = binary_opening(page, kernel)
    print(f"OpenCV {cv2.__version__}, {side} by {side}: moved by {moved(opened)}, {bare} pixels on bare ground; "
          f"SciPy by {moved(scipys)}")
    right &= moved(opened) == ((1, 1) if side == 2 else (0, 0)) and bare == (7 if side == 2 else 0)
    right &= bool(np.array_equal(scipys, page > 0))
kernel = np.ones((2, 2), np.uint8)
mended = cv2.dilate(cv2.erode(page, kernel, anchor=(0, 0)), kernel, anchor=(1, 1))
print(f"anchors on opposite corners: moved by {moved(mended)}")
if not (right and np.array_equal(mended, page)):
    sys.exit("expected a move by (1, 1) with 2 by 2 alone: the behaviour has changed")
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.2.6 scipy==1.15.3
"$folder/venv/bin/python" "$folder/look.py"
