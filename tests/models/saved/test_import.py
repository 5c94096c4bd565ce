"""Imports reconstruct tensors and execute nothing."""

import copyreg
import io
import math
import os
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
from models.saved.checkpoint import CheckpointError  # noqa: E402
from models.saved.published_stylegan2 import checkpoint_from_pickle  # noqa: E402
from models.saved.rosinality import checkpoint_from_state_dict  # noqa: E402

SHAPE = {"resolution": 32, "channel_base": 128, "channel_max": 8, "layout": "published"}
SOURCE = "raise RuntimeError('the source inside the file was executed')"


def random_generator() -> Generator:
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(z_dim=8, w_dim=8, mapping_layers=2, **SHAPE)).eval()
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        generator.mapping.w_avg.normal_()
    return generator


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


class Evil:
    """Asks the unpickler to call something."""

    def __init__(self, function, *arguments) -> None:
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


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


def rosinality_state(generator: Generator) -> dict:
    """The same generator as that project names and scales it (a convolution divides by
    sqrt(fan in) when it runs, so the stored weight is larger by that)."""
    ours, found, index = generator.state_dict(), {}, 0
    for name, value in ours.items():
        if name.startswith("mapping.fc"):
            layer, kind = name[len("mapping.fc") :].split(".")
            found[f"style.{int(layer) + 1}.{kind}"] = value
    found["input.input"] = ours["synthesis.b4.const"][None]
    layers = [("synthesis.b4.conv1", "conv1")]
    pictures = [("synthesis.b4.torgb", "to_rgb1")]
    for step, resolution in enumerate((8, 16, 32)):
        layers.append((f"synthesis.b{resolution}.conv0", f"convs.{2 * step}"))
        layers.append((f"synthesis.b{resolution}.conv1", f"convs.{2 * step + 1}"))
        pictures.append((f"synthesis.b{resolution}.torgb", f"to_rgbs.{step}"))
    for index, (old, new) in enumerate(layers):
        weight = ours[f"{old}.weight"]
        found[f"{new}.conv.weight"] = weight[None] * math.sqrt(weight[0].numel())
        found[f"{new}.activate.bias"] = ours[f"{old}.bias"]
        found[f"{new}.noise.weight"] = ours[f"{old}.noise_strength"].reshape(1)
        found[f"noises.noise_{index}"] = ours[f"{old}.noise_const"][None, None]
    for old, new in pictures:
        found[f"{new}.conv.weight"] = ours[f"{old}.weight"][None]
        found[f"{new}.bias"] = ours[f"{old}.bias"].reshape(1, -1, 1, 1)
    for old, new in layers + pictures:
        for kind in ("weight", "bias"):
            found[f"{new}.conv.modulation.{kind}"] = ours[f"{old}.affine.{kind}"]
    return found


@torch.no_grad()
def test_import_of_rosinality_state_dict_draws_the_same_pictures(tmp_path) -> None:
    generator = random_generator()
    path = tmp_path / "net.pt"
    average = generator.mapping.w_avg.clone()
    torch.save({"g_ema": rosinality_state(generator), "latent_avg": average}, path)
    state = checkpoint_from_state_dict(path)
    imported = Generator(GeneratorConfig.from_dict(state["generator_config"]))
    imported.load_state_dict(state["ema"])
    z = torch.randn(2, 8)
    torch.testing.assert_close(imported(z, 0.7), generator(z, 0.7), atol=1e-4, rtol=0)


def test_import_of_malicious_state_dict_is_refused(tmp_path) -> None:
    target = tmp_path / "created"
    torch.save({"g_ema": Evil(os.mkdir, str(target))}, tmp_path / "net.pt")
    with pytest.raises(CheckpointError, match="nothing was executed"):
        checkpoint_from_state_dict(tmp_path / "net.pt")
    assert not target.exists()
