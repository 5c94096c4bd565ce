#!/bin/sh
# NumPy: a ufunc with `out=` allocates a buffer of up to 8192 items whenever an operand is broadcast,
# though nothing has to be converted: all arrays are float32, aligned and contiguous. The documentation
# of ufuncs says that buffers are used for misaligned data, swapped data and data to be converted.
#
# NumPy 2.4.6, CPython 3.11, x86-64: (32, 256) times (32, 1) into (32, 256) takes 33,872 bytes
# each time, (2, 256) times (256,) takes 3,152; with an operand of the full shape, or np.copyto of the
# same broadcast, it takes none. It matters in a callback that must not allocate.
#
# Exits 0 while NumPy does as described, 1 when it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$folder" numpy==2.4.6
PYTHONPATH="$folder" python3 - <<'PYTHON'
import sys
import tracemalloc

import numpy as np

print("numpy", np.__version__)


def taken(call):
    """Return the bytes that a call takes at its peak and gives back."""
    call()
    tracemalloc.start()
    call()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - before


rows, columns = 32, 256
full, out = np.ones((rows, columns), np.float32), np.empty((rows, columns), np.float32)
column = np.ones((rows, 1), np.float32)
found = {
    "multiply by a broadcast column": taken(lambda: np.multiply(full, column, out=out)),
    "multiply by the full shape": taken(lambda: np.multiply(full, full, out=out)),
    "copyto of the broadcast column": taken(lambda: np.copyto(out, column)),
}
for name, size in found.items():
    print(f"{name}: {size} bytes")
broadcast, whole, copied = found.values()
sys.exit(0 if broadcast >= out.nbytes and whole < 1000 and copied < 1000 else 1)
PYTHON
