#!/usr/bin/env bash
# White of an RGB JPEG 2000 of 16 bits is black once Pillow has read it.
#
# pillow 12.0.0, opencv-python-headless 5.0.0.93, numpy 2.2.6. A ramp from black to white of 16 bits a sample,
# grey and RGB, written by OpenCV without loss (OpenCV reads both back as they were).
# Expected: RGB, for which Pillow has no deeper mode, is brought to 8 bits: 0 .. 255, or an error.
# Seen: grey keeps its 16 bits (I;16). RGB comes as 8 bits that rise to 255 and fall to 0 at the end: rounding
# counts the values from 65408 on one step past 255, to 0, with neither an error nor a warning. Paper that a
# scanner stores as pure white becomes black, and paper a little darker stays paper.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
  pillow==12.0.0 opencv-python-headless==5.0.0.93 numpy==2.2.6
"$folder/env/bin/python" - <<'PY'
import io
import sys

import cv2
import numpy as np
import PIL
from PIL import Image

print(f"Pillow {PIL.__version__}, OpenCV {cv2.__version__}")
levels = np.array([0, 128 * 257, 254 * 257, 65407, 65408, 65535], np.uint16)
stored = np.repeat(np.repeat(levels[None], 32, axis=0), 8, axis=1)
seen = {}
for name, pixels in (("grey", stored), ("RGB", np.dstack([stored] * 3))):
    written, data = cv2.imencode(".jp2", pixels)
    assert written
    assert np.array_equal(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), pixels), "not written without loss"
    image = Image.open(io.BytesIO(data.tobytes()))
    read = np.asarray(image)
    row = (read if read.ndim == 2 else read[..., 0])[16, 4::8]
    seen[name] = image.mode, row.tolist()
    print(f"{name:4}: {levels.tolist()} are read as {image.mode} {row.tolist()}")
expected = {"grey": ("I;16", levels.tolist()), "RGB": ("RGB", [0, 129, 255, 255, 0, 0])}
if seen != expected:
    sys.exit(f"expected {expected}: the behaviour has changed")
PY
