#!/usr/bin/env bash
# A palette TIFF whose colours are written with 8 bits is black for Pillow and right for OpenCV.
#
# pillow 13.0.0, opencv-python-headless 5.0.0.93, tifffile 2026.3.3, numpy 2.4.6. TIFF keeps a palette as
# numbers of 16 bits; old scanning programs filled only the lower 8 of them. The same four greys are written
# by tifffile with either kind of palette.
# Expected: a reader sees that no colour exceeds 255 and takes the numbers as they were meant, or refuses them.
# Seen: OpenCV reads both alike, and warns that it assumes a palette of 8 bits. Pillow divides by 256 in either
# case: the page is black from edge to edge, with neither an error nor a warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
  pillow==13.0.0 opencv-python-headless==5.0.0.93 tifffile==2026.3.3 numpy==2.4.6
"$folder/env/bin/python" - <<'PY'
import io
import sys

import cv2
import numpy as np
import PIL
import tifffile
from PIL import Image

print(f"Pillow {PIL.__version__}, OpenCV {cv2.__version__}, tifffile {tifffile.__version__}")
stored = np.tile(np.arange(4, dtype=np.uint8), (8, 4))
seen = {}
for bits in (16, 8):
    palette = np.zeros((3, 256), np.uint16)
    palette[:, :4] = np.linspace(0, 2**bits - 1, 4)
    file = io.BytesIO()
    tifffile.imwrite(file, stored, photometric="palette", colormap=palette)
    data = file.getvalue()
    pillow = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    seen[bits] = (pillow[0, :4, 0].tolist(), opencv[0, :4, 0].tolist())
    print(f"palette of {bits:2d} bits: Pillow {seen[bits][0]}, OpenCV {seen[bits][1]}")
right, black = [0, 85, 170, 255], [0, 0, 0, 0]
if seen != {16: (right, right), 8: (black, right)}:
    sys.exit("the behaviour has changed")
PY
