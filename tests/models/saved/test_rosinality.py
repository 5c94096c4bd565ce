"""A generator of another project draws the same pictures; its file runs nothing."""

import math
import os

import pytest

torch = pytest.importorskip("torch")

from models.networks.stylegan2.config import GeneratorConfig  # noqa: E402
from models.networks.stylegan2.generator import Generator  # noqa: E402
from models.saved.checkpoint import CheckpointError  # noqa: E402
from models.saved.rosinality import checkpoint_from_state_dict  # noqa: E402
from tests.models.saved.strangers import Evil, random_generator  # noqa: E402


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
