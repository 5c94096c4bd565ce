#!/usr/bin/env bash
# Saving an AVIF with Pillow takes the orientation out of the caller's Exif object.
#
# pillow 13.0.0. The EXIF of one scan (orientation 6: to be shown turned by a quarter) goes into two files, first
# an AVIF, then a JPEG, as one does who makes small copies in several formats.
# Expected: what is handed to save() for writing is only read; both files are shown turned.
# Seen: the AVIF is right, since its own box for turning is written, but the tag is gone from the object
# afterwards: the JPEG that follows says nothing of a turn and lies on its side. In the other order, or with
# exif.tobytes(), both are right; JPEG, PNG, TIFF and WebP leave the object alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0
"$folder/env/bin/python" - <<'PY'
import io
import sys

import PIL
from PIL import Image, ImageOps

print(f"Pillow {PIL.__version__}")
scan = Image.new("RGB", (64, 32), "white")


def shown(format_: str, exif: Image.Exif) -> tuple[int, int]:
    file = io.BytesIO()
    scan.save(file, format_, exif=exif)
    return ImageOps.exif_transpose(Image.open(file)).size


seen = {}
for order in (("AVIF", "JPEG"), ("JPEG", "AVIF"), ("PNG", "JPEG"), ("WEBP", "JPEG")):
    exif = Image.Exif()
    exif[0x0112] = 6
    seen[order] = ([shown(format_, exif) for format_ in order], exif.get(0x0112))
    print(f"{' then '.join(order)}: shown as {seen[order][0]}, tag afterwards {seen[order][1]}")
turned, lying = (32, 64), (64, 32)
expected = {
    ("AVIF", "JPEG"): ([turned, lying], None),
    ("JPEG", "AVIF"): ([turned, turned], None),
    ("PNG", "JPEG"): ([turned, turned], 6),
    ("WEBP", "JPEG"): ([turned, turned], 6),
}
if seen != expected:
    sys.exit(f"expected {expected}: the behaviour has changed")
PY
