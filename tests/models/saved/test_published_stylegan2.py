"""Imports reconstruct tensors and execute nothing."""

import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig, ModelError  # noqa: E402
from models.networks.stylegan2.discriminator import Discriminator  # noqa: E402
from models.networks.stylegan2.generator import Generator  # noqa: E402
from models.saved.published_stylegan2 import checkpoint_from_pickle  # noqa: E402
from tests.models.saved.strangers import SHAPE, random_generator  # noqa: E402

SOURCE = "raise RuntimeError('the source inside the file was executed')"


class Saved:
    """Pickles a module as the published code's persistent classes do."""

    def __init__(self, module: torch.nn.Module) -> None:
        self.module = module

    def __reduce__(self):
        import torch_utils.persistence as persistence
        from dnnlib.util import EasyDict

        state = dict(self.module.__dict__)
        state["_modules"] = {name: Saved(m) for name, m in self.module._modules.items()}
        state.pop("config", None)
        state["weight_gain"] = np.float64(0.5)
        state["_init_kwargs"] = EasyDict(seed=1)
        meta = EasyDict(type="class", version=6, module_src=SOURCE)
        meta["class_name"] = type(self.module).__name__
        meta["state"] = state
        return persistence._reconstruct_persistent_obj, (meta,), None


@pytest.fixture
def published_modules(monkeypatch):
    """Modules of the published names, present only while the test writes its file."""

    def _reconstruct_persistent_obj(meta):
        raise AssertionError("called while reading")

    class EasyDict(dict):
        pass

    _reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
    _reconstruct_persistent_obj.__qualname__ = "_reconstruct_persistent_obj"
    EasyDict.__module__, EasyDict.__qualname__ = "dnnlib.util", "EasyDict"
    for name in ("torch_utils", "torch_utils.persistence", "dnnlib", "dnnlib.util"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules["torch_utils"].persistence = sys.modules["torch_utils.persistence"]
    sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj = _reconstruct_persistent_obj
    sys.modules["dnnlib.util"].EasyDict = EasyDict
    return monkeypatch


def write_published(path: Path, content: dict, modules, protocol: int) -> None:
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    for name in ("torch_utils", "torch_utils.persistence", "dnnlib", "dnnlib.util"):
        modules.delitem(sys.modules, name)


@pytest.mark.parametrize("protocol", [3, 4])
@torch.no_grad()
def test_import_of_published_pickle_draws_the_same_pictures(
    tmp_path, published_modules, protocol
) -> None:
    generator, discriminator = random_generator(), Discriminator(DiscriminatorConfig(**SHAPE))
    content = {"G_ema": Saved(generator), "D": Saved(discriminator), "augment_pipe": None}
    write_published(tmp_path / "net.pkl", content, published_modules, protocol)
    state = checkpoint_from_pickle(tmp_path / "net.pkl")
    imported = Generator(GeneratorConfig.from_dict(state["generator_config"]))
    imported.load_state_dict(state["ema"])
    assert imported.config == generator.config
    z = torch.randn(2, 8)
    torch.testing.assert_close(imported(z, 0.7), generator(z, 0.7), atol=1e-4, rtol=0)
    torch.testing.assert_close(state["discriminator"], dict(discriminator.state_dict()))


def test_import_of_files_that_are_no_network_says_so(tmp_path, published_modules) -> None:
    path = tmp_path / "net.pkl"
    path.write_bytes(b"text, not a pickle")
    with pytest.raises(ModelError, match=r"net\.pkl"):
        checkpoint_from_pickle(path)
    path.write_bytes(pickle.dumps({"G": 1}))
    with pytest.raises(ModelError, match="holds no G_ema"):
        checkpoint_from_pickle(path)
    other = {"G_ema": Saved(torch.nn.Linear(2, 2))}
    write_published(path, other, published_modules, 4)
    with pytest.raises(ModelError, match="no StyleGAN2 synthesis blocks"):
        checkpoint_from_pickle(path)
