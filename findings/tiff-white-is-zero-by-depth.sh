#!/usr/bin/env bash
# A TIFF whose zero is white is turned round by Pillow and OpenCV at 8 bits and left as it is at 16.
#
# pillow 12.0.0, opencv-python-headless 5.0.0.93, tifffile 2025.10.16, numpy 2.2.6. One page, its left edge
# black and its right edge white, written by tifffile at two depths and with both photometric
# interpretations; tifffile itself leaves all values as they are stored, and says which they are.
# Expected: a reader that turns WhiteIsZero round does so at every depth, or never.
# Seen: at 8 bits both give 255 .. 0 for what was stored as 0 .. 255; at 16 bits both give 0 .. 65535 as
# stored, with neither an error nor another mode. A scanner's deep grey scans become negatives in a set whose
# shallow scans are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
  pillow==12.0.0 opencv-python-headless==5.0.0.93 tifffile==2025.10.16 numpy==2.2.6
"$folder/env/bin/python" - <<'PY'
import io
import sys

import cv2
import numpy as np
import PIL
import tifffile
from PIL import Image

print(f"Pillow {PIL.__version__}, OpenCV {cv2.__version__}, tifffile {tifffile.__version__}")
seen = {}
for kind in (np.uint8, np.uint16):
    top = np.iinfo(kind).max
    stored = np.tile(np.linspace(0, top, 16), (16, 1)).astype(kind)
    for photometric in ("minisblack", "miniswhite"):
        file = io.BytesIO()
        tifffile.imwrite(file, stored, photometric=photometric)
        data = file.getvalue()
        pillow = np.asarray(Image.open(io.BytesIO(data)))
        opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        turned = tuple(bool(read[0, 0] > read[0, -1]) for read in (pillow, opencv))
        seen[np.dtype(kind).itemsize * 8, photometric] = turned
        print(f"{np.dtype(kind).itemsize * 8:2d} bits, {photometric}: turned round by (Pillow, OpenCV) {turned}")
expected = {
    (8, "minisblack"): (False, False),
    (8, "miniswhite"): (True, True),
    (16, "minisblack"): (False, False),
    (16, "miniswhite"): (False, False),
}
if seen != expected:
    sys.exit(f"expected {expected}: the behaviour has changed")
PY
