#!/usr/bin/env bash
# OpenCV 5 draws putText's Hershey fonts with a filled outline font: thin text is no longer thin.
#
# opencv-python-headless 4.12.0.88 and 5.0.0.93, numpy 2.2.6, "Hershey" at scale 2 on a grey page.
# Expected: a Hershey font is a single stroke, so four times the thickness is about four times the ink.
# Seen with 4.12: FONT_HERSHEY_SCRIPT_SIMPLEX has 637 dark pixels at thickness 1 and 3,164 at 4 (4.97).
# Seen with 5.0: 1,691 and 3,163 (1.87), in upright or slanted letters that are no script. Test pages of
# pen strokes and handwriting that were made with putText change after the upgrade, without an error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/look.py" <<'PY'
import sys

import cv2
import numpy as np


def ink(thickness: int) -> int:
    page = np.full((120, 600), 255, np.uint8)
    cv2.putText(page, "Hershey", (10, 90), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 2.0, 0, thickness)
    return int((page < 128).sum())


low, high = map(float, sys.argv[1:])
thin, thick = ink(1), ink(4)
print(f"OpenCV {cv2.__version__}: {thin} pixels at thickness 1, {thick} at 4, ratio {thick / thin:.2f}")
if not low < thick / thin < high:
    sys.exit(f"expected a ratio between {low} and {high}: the behaviour has changed")
PY
look() {
  python3 -m venv "$folder/$1"
  "$folder/$1/bin/pip" install --quiet --disable-pip-version-check "opencv-python-headless==$1" numpy==2.2.6
  "$folder/$1/bin/python" "$folder/look.py" "$2" "$3"
}
look 4.12.0.88 4 6
look 5.0.0.93 1.5 2.5
