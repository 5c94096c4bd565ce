"""Imports reconstruct tensors and execute nothing."""

import pickle
import sys
import types
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.networks.stylegan2.config import (  # noqa: E402
    DiscriminatorConfig,
    GeneratorConfig,
    ModelError,
    block_resolutions,
    channels_at,
)
from models.networks.stylegan2.discriminator import Discriminator  # noqa: E402
from models.networks.stylegan2.generator import Generator  # noqa: E402
from models.saved.published_stylegan2 import checkpoint_from_pickle, width_of  # noqa: E402
from tests.models.saved.strangers import SHAPE, random_generator  # noqa: E402

SOURCE = "raise RuntimeError('the source inside the file was executed')"


class Saved:
    """Pickles a module as the published code's persistent classes do."""

    def __init__(self, module: torch.nn.Module, **settings: object) -> None:
        self.module, self.settings = module, settings

    def __reduce__(self):
        import torch_utils.persistence as persistence
        from dnnlib.util import EasyDict

        state = dict(self.module.__dict__)
        children = self.module._modules.items()
        state["_modules"] = {name: Saved(m, **self.settings) for name, m in children}
        state.pop("config", None)
        state["size"] = np.float64(0.5)
        if "clamp" in state:
            state["conv_clamp"] = state.pop("clamp")
        if "group" in state:
            state |= {"group_size": state.pop("group"), "num_channels": 1}
        state |= {"activation": "lrelu", "fused_modconv_default": True, **self.settings}
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


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@torch.no_grad()
def test_import_of_published_pickle_draws_the_same_pictures(
    tmp_path, published_modules, protocol
) -> None:
    generator, discriminator = random_generator(), Discriminator(DiscriminatorConfig(**SHAPE))
    content = {"G_ema": Saved(generator), "D": Saved(discriminator), "augment_pipe": None}
    write_published(tmp_path / "net.pkl", content, published_modules, protocol)
    state, missing = checkpoint_from_pickle(tmp_path / "net.pkl")
    assert missing == ""
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


def imported_of(path: Path, content: dict, modules) -> tuple[Generator, dict, str]:
    write_published(path, content, modules, 4)
    state, missing = checkpoint_from_pickle(path)
    generator = Generator(GeneratorConfig.from_dict(state["generator_config"]))
    generator.load_state_dict(state["ema"])
    return generator, state, missing


@torch.no_grad()
def test_import_clamped_network_draws_the_same_pictures(tmp_path, published_modules) -> None:
    plain = random_generator()
    clamped = Generator(replace(plain.config, conv_clamp=0.3)).eval()
    clamped.load_state_dict(plain.state_dict())
    discriminator = Discriminator(DiscriminatorConfig(**SHAPE, conv_clamp=0.3, mbstd_group=8))
    content = {"G_ema": Saved(clamped), "D": Saved(discriminator)}
    found, state, missing = imported_of(tmp_path / "net.pkl", content, published_modules)
    z = torch.randn(2, 8)
    assert (plain(z) - clamped(z)).abs().max() > 0.1
    torch.testing.assert_close(found(z), clamped(z), atol=1e-4, rtol=0)
    assert missing == ""
    judge = Discriminator(DiscriminatorConfig.from_dict(state["discriminator_config"]))
    assert (judge.config.conv_clamp, judge.config.mbstd_group) == (0.3, 8)
    judge.load_state_dict(state["discriminator"])
    pictures = torch.randn(8, 1, 32, 32)
    torch.testing.assert_close(judge(pictures), discriminator(pictures))


@torch.no_grad()
def test_import_mapping_of_another_rate_draws_the_same_pictures(
    tmp_path, published_modules
) -> None:
    generator = random_generator()
    for layer in (generator.mapping.fc0, generator.mapping.fc1):
        layer.weight_gain, layer.bias_gain = 3 * layer.weight_gain, 3 * layer.bias_gain
    content = {"G_ema": Saved(generator)}
    found, _, missing = imported_of(tmp_path / "net.pkl", content, published_modules)
    z = torch.randn(2, 8)
    torch.testing.assert_close(found(z), generator(z), atol=1e-4, rtol=0)
    assert missing == "holds no D"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"activation": "relu"}, "activation of the network is 'relu'; expected lrelu or linear"),
        ({"architecture": "resnet"}, "architecture of the network is 'resnet'; expected skip"),
        ({"use_noise": False}, "use_noise of the network is False; expected True"),
    ],
)
def test_import_of_other_settings_is_refused_by_name(
    tmp_path, published_modules, settings, message
) -> None:
    content = {"G_ema": Saved(random_generator(), **settings)}
    write_published(tmp_path / "net.pkl", content, published_modules, 4)
    with pytest.raises(ModelError, match=message):
        checkpoint_from_pickle(tmp_path / "net.pkl")


def test_import_with_a_discriminator_of_another_kind_says_why_it_is_left_out(
    tmp_path, published_modules
) -> None:
    judge = Saved(Discriminator(DiscriminatorConfig(**SHAPE)), architecture="orig")
    content = {"G_ema": Saved(random_generator()), "D": judge}
    _, state, missing = imported_of(tmp_path / "net.pkl", content, published_modules)
    assert "discriminator" not in state
    assert missing == "architecture of the network is 'orig'; expected resnet"


def changed(name: str, value) -> torch.nn.Module:
    generator = random_generator()
    where, _, own = name.rpartition(".")
    module = generator.get_submodule(where)
    if own in module._buffers:
        module._buffers[own] = value(module._buffers[own])
    else:
        module._parameters[own] = torch.nn.Parameter(value(module._parameters[own]))
    return generator


@pytest.mark.parametrize(
    ("generator", "message"),
    [
        (
            lambda: changed("synthesis.b8.conv0.weight", lambda w: w * float("nan")),
            "synthesis.b8.conv0.weight holds numbers that are not finite",
        ),
        (
            lambda: changed("mapping.fc0.weight", lambda w: torch.ones(16, 8)),
            r"\[16, 8\] features \(layer_features\); expected 8",
        ),
        (
            lambda: changed("synthesis.b8.resample_filter", lambda f: torch.ones(12, 12) / 144),
            r"synthesis.b8.resample_filter is another filter \(12x12\); expected 1, 3, 3, 1",
        ),
        (
            lambda: changed("synthesis.b16.resample_filter", lambda f: torch.full((4, 4), 1 / 16)),
            "synthesis.b16.resample_filter is another filter",
        ),
        (
            lambda: changed("synthesis.b16.conv1.weight", lambda w: torch.ones(7, 8, 3, 3)),
            "block b16 has 7 channels",
        ),
        (
            lambda: changed("synthesis.b16.conv1.bias", lambda b: torch.ones(3)),
            "synthesis.b16.conv1.bias is 3, expected 8",
        ),
    ],
)
def test_import_of_weights_that_cannot_be_used_names_them(
    tmp_path, published_modules, generator, message
) -> None:
    content = {"G_ema": Saved(generator())}
    write_published(tmp_path / "net.pkl", content, published_modules, 4)
    with pytest.raises(ModelError, match=message):
        checkpoint_from_pickle(tmp_path / "net.pkl")


def test_import_of_a_stylegan3_says_what_it_is(tmp_path, published_modules) -> None:
    network = torch.nn.Module()
    network.synthesis = torch.nn.Module()
    network.synthesis.input = torch.nn.Module()
    network.synthesis.input.register_buffer("freqs", torch.ones(4, 2))
    network.synthesis.input.cutoffs = np.linspace(2, 16, 5)
    write_published(tmp_path / "net.pkl", {"G_ema": Saved(network)}, published_modules, 4)
    with pytest.raises(ModelError, match="a StyleGAN3 network"):
        checkpoint_from_pickle(tmp_path / "net.pkl")


@pytest.mark.parametrize("base", [1, 100, 2048, 3000, 16384, 32768, 33333])
@pytest.mark.parametrize("most", [8, 100, 512])
def test_width_of_gives_the_channels_back_for_every_base(base: int, most: int) -> None:
    channels = {side: channels_at(side, base, most) for side in block_resolutions(256)}
    found = width_of(channels, Path("net.pkl"))
    assert channels == {side: channels_at(side, *found) for side in channels}
