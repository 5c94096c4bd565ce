#!/usr/bin/env bash
# A HEIC saved by pillow-heif keeps its turn where EXIF is given as bytes, and loses it where it is an Exif object.
#
# pillow-heif 1.8.1, pillow 13.0.0, numpy 2.4.6. A picture of 64 by 32 that is to be shown turned by a quarter
# (orientation 6) is saved twice through Image.save, which takes EXIF in both forms for every other format.
# Expected: both files are shown upright, 32 by 64, by the library that wrote them.
# Seen: with bytes the file gets HEIF's own box for turning and is opened as 32 by 64. With the object that box is
# missing; EXIF still says 6, but pillow-heif reads only the box and sets the tag to 1 when it opens the file, so
# that ImageOps.exif_transpose leaves it lying as well. Only info["original_orientation"] still says 6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
  pillow-heif==1.8.1 pillow==13.0.0 numpy==2.4.6
"$folder/env/bin/python" - <<'PY'
import io
import sys

import pillow_heif
import PIL
from PIL import Image, ImageOps

print(f"pillow-heif {pillow_heif.__version__}, Pillow {PIL.__version__}")
pillow_heif.register_heif_opener()
exif = Image.Exif()
exif[0x0112] = 6
seen = {}
for form, given in (("bytes", exif.tobytes()), ("object", exif)):
    file = io.BytesIO()
    Image.new("RGB", (64, 32), "white").save(file, "HEIF", exif=given)
    picture = Image.open(io.BytesIO(file.getvalue()))
    tags = (picture.getexif().get(0x0112), picture.info["original_orientation"])
    seen[form] = (b"irot" in file.getvalue(), ImageOps.exif_transpose(picture).size, tags)
    print(f"EXIF as {form}: turning box {seen[form][0]}, shown as {seen[form][1]}, tag now and before {tags}")
if seen != {"bytes": (True, (32, 64), (1, 6)), "object": (False, (64, 32), (1, 6))}:
    sys.exit("the behaviour has changed")
PY
