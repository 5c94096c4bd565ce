"""A pickle is read by a reader that knows weights and nothing that could run."""

import copyreg
import io
import os
import pickle
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from models.networks.stylegan2.config import ModelError  # noqa: E402
from models.saved.published_stylegan2 import checkpoint_from_pickle  # noqa: E402
from tests.models.saved.strangers import Evil  # noqa: E402


def evil_storage(target: Path) -> bytes:
    """A storage blob (a pickle within the pickle) that would make a folder when read unsafely."""
    blob = io.BytesIO()
    torch.save(Evil(os.mkdir, str(target)), blob, _use_new_zipfile_serialization=False)
    return blob.getvalue()


@pytest.mark.parametrize("kind", ["mkdir", "eval", "getattr", "copyreg", "nested storage"])
def test_import_of_malicious_pickle_is_refused_and_nothing_runs(tmp_path, kind) -> None:
    """The file of a stranger must not be able to run code on the museum's machine."""
    target = tmp_path / "created"
    evil = {
        "mkdir": Evil(os.mkdir, str(target)),
        "eval": Evil(eval, f"__import__('os').mkdir({str(target)!r})"),
        "getattr": Evil(getattr, "text", "upper"),
        "copyreg": Evil(copyreg._reconstructor, object, object, None),
        "nested storage": Evil(torch.storage._load_from_bytes, evil_storage(target)),
    }[kind]
    path = tmp_path / "net.pkl"
    path.write_bytes(pickle.dumps({"G_ema": evil}))
    with pytest.raises(ModelError, match=r"net\.pkl: refused, nothing was executed"):
        checkpoint_from_pickle(path)
    assert not target.exists()
