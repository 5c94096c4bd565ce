#!/bin/sh
# pytest-xdist: `--dist loadgroup` keeps no group together with pytest 9.2. It marks a test's group by
# writing to `item._nodeid`, which pytest 9.2 does not read any more; nothing warns, and the tests of one
# `xdist_group` run in several processes. `--dist loadfile` works.
#
# pytest 9.2.0, pytest-xdist 3.8.0: 8 tests of one group in 2 processes; by file in 1.
#
# Exits 0 while it is so, 1 when it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$folder/packages" \
  pytest==9.2.0 pytest-xdist==3.8.0
mkdir "$folder/tests"
cat > "$folder/tests/test_group.py" <<'PYTHON'
import os
import pathlib
import time

import pytest


@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(8))
def test_group(number):
    pathlib.Path(os.environ["SEEN"], os.environ["PYTEST_XDIST_WORKER"]).touch()
    time.sleep(0.2)
PYTHON
for how in loadgroup loadfile; do
  mkdir "$folder/$how"
  (cd "$folder/tests" && SEEN="$folder/$how" PYTHONPATH="$folder/packages" \
    python3 -m pytest -q -p no:cacheprovider -n 2 --dist "$how" > "$folder/$how.txt")
  echo "$how: the group ran in $(ls "$folder/$how" | wc -l) processes, $(tail -n 1 "$folder/$how.txt")"
done
[ "$(ls "$folder/loadgroup" | wc -l)" = 2 ] && [ "$(ls "$folder/loadfile" | wc -l)" = 1 ]
