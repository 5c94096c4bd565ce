#!/bin/sh
# OpenCV: four of the fifty markers of DICT_4X4_50 (8, 9, 17 and 47) are found in a mirror image, and
# under their own ids: they are nearly their own mirror images, and error correction takes the rest. A
# camera that looks through the paper from below sees every marker mirrored, so a program that forgets to
# turn its picture over seems to work with these. Of 5X5_50 and 6X6_50 none is found in a mirror.
# Ids come in an array of one dimension in OpenCV 5.0, where 4.x gave two.
#
# Exits 0 while OpenCV does as described, 1 when it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$folder" \
  opencv-python-headless==5.0.0.93 numpy==2.4.6
PYTHONPATH="$folder" python3 - <<'PYTHON'
import sys

import cv2

print("opencv", cv2.__version__)


def found_in_a_mirror(name):
    """Return pairs of a marker's id and the id that is read from its mirror image."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, name))
    detector = cv2.aruco.ArucoDetector(dictionary)
    found = []
    for number in range(50):
        marker = dictionary.generateImageMarker(number, 160)
        page = cv2.copyMakeBorder(marker, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
        assert detector.detectMarkers(page)[1].ravel().tolist() == [number]
        ids = detector.detectMarkers(cv2.flip(page, 1))[1]
        if ids is not None:
            dimensions.add(ids.ndim)
            found.append((number, int(ids.ravel()[0])))
    return found


dimensions = set()
four, five, six = (found_in_a_mirror(f"DICT_{n}X{n}_50") for n in (4, 5, 6))
print("4X4_50:", four, "5X5_50:", five, "6X6_50:", six, "dimensions of ids:", dimensions)
expected = [(8, 8), (9, 9), (17, 17), (47, 47)]
sys.exit(0 if (four, five, six, dimensions) == (expected, [], [], {1}) else 1)
PYTHON
