"""A generator of another project draws the same pictures; its file runs nothing."""

import math
import os
from argparse import Namespace

import pytest

torch = pytest.importorskip("torch")

from models.networks.stylegan2.config import GeneratorConfig, ModelError  # noqa: E402
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


@pytest.mark.parametrize(
    "wrapping",
    ["g_ema", "module", "plain", "psp", "half", "layers", "other", "compiled", "lightning"],
)
@torch.no_grad()
def test_import_of_rosinality_weights_in_any_wrapping_draws_the_same_pictures(
    tmp_path, wrapping
) -> None:
    generator = random_generator()
    weights, average = rosinality_state(generator), generator.mapping.w_avg.clone()
    each = average.expand(8, -1).contiguous()
    content = {
        "g_ema": {"g_ema": weights, "latent_avg": average, "args": Namespace(size=32)},
        "module": {"g_ema": {f"module.{k}": v for k, v in weights.items()}, "latent_avg": average},
        "plain": weights,
        "psp": {"state_dict": {f"decoder.{k}": v for k, v in weights.items()}, "latent_avg": each},
        "half": {"g_ema": {k: v.half() for k, v in weights.items()}, "latent_avg": average.half()},
        "layers": {"g_ema": weights, "latent_avg": each},
        "other": {
            "params": rosinality_state(random_generator()),
            "params_ema": weights,
            "latent_avg": average,
        },
        "compiled": {
            "g_ema": {f"module._orig_mod.{k}": v for k, v in weights.items()},
            "latent_avg": average,
        },
        "lightning": {
            "state_dict": {f"generator_ema.{k}": v for k, v in weights.items()},
            "latent_avg": average,
        },
    }[wrapping]
    torch.save(content, tmp_path / "net.pt")
    state, missing = checkpoint_from_state_dict(tmp_path / "net.pt")
    imported = Generator(GeneratorConfig.from_dict(state["generator_config"]))
    imported.load_state_dict(state["ema"])
    z, psi = torch.randn(2, 8), 1.0 if wrapping == "plain" else 0.7
    within = 0.05 if wrapping == "half" else 1e-4
    torch.testing.assert_close(imported(z, psi), generator(z, psi), atol=within, rtol=0)
    assert missing


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"convs.0.conv.weight": torch.full((1, 8, 8, 3, 3), float("nan"))}, "not finite"),
        ({"convs.0.conv.weight": torch.ones(8, 8)}, r"net\.pt: "),
        ({"style.1.weight": torch.ones(16, 8)}, "layer_features"),
        ({"latent_avg": torch.randn(8, 8)}, "latent_avg differs between layers"),
        ({"latent_avg": torch.randn(7)}, "latent_avg has 7 numbers, expected 8"),
        ({"latent_avg": torch.full((8,), float("inf"))}, "latent_avg holds numbers that are not"),
    ],
)
def test_import_of_weights_that_cannot_be_used_names_them(tmp_path, change, message) -> None:
    weights = rosinality_state(random_generator())
    average = change.pop("latent_avg", torch.zeros(8)) if "latent_avg" in change else None
    torch.save({"g_ema": weights | change, "latent_avg": average}, tmp_path / "net.pt")
    with pytest.raises(ModelError, match=message):
        checkpoint_from_state_dict(tmp_path / "net.pt")


def test_import_of_a_file_without_a_generator_says_what_is_expected(tmp_path) -> None:
    torch.save({"state_dict": {"fc.weight": torch.ones(2)}}, tmp_path / "net.pt")
    with pytest.raises(ModelError, match=r"no generator \(g_ema, or decoder\.\* of pSp\)"):
        checkpoint_from_state_dict(tmp_path / "net.pt")


def test_import_of_malicious_state_dict_is_refused(tmp_path) -> None:
    target = tmp_path / "created"
    torch.save({"g_ema": Evil(os.mkdir, str(target))}, tmp_path / "net.pt")
    with pytest.raises(CheckpointError, match="nothing was executed") as caught:
        checkpoint_from_state_dict(tmp_path / "net.pt")
    assert "it asks for" in str(caught.value) and "weights_only" not in str(caught.value)
    assert "trust" not in str(caught.value)
    assert not target.exists()


KERNEL = torch.outer(torch.tensor([1.0, 3, 3, 1]), torch.tensor([1.0, 3, 3, 1]))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"convs.0.attention.weight": torch.zeros(3)}, "'convs.0.attention.weight' is not known"),
        (
            {"convs.0.conv.blur.kernel": torch.ones(4, 4)},
            "convs.0.conv.blur.kernel is another filt",
        ),
        ({"to_rgbs.0.upsample.kernel": torch.ones(2, 2)}, "upsample.kernel is another filter"),
        ({"convs.0.conv.weight": None}, "no weight 'convs.0.conv.weight'"),
        ({"convs.0.conv.blur.kernel": KERNEL / 16, "to_rgbs.0.upsample.kernel": KERNEL / 64}, ""),
    ],
)
def test_import_of_what_differs_from_ours_names_it(tmp_path, changed, reason) -> None:
    weights = rosinality_state(random_generator()) | changed
    kept = {name: value for name, value in weights.items() if value is not None}
    torch.save({"g_ema": kept, "latent_avg": torch.zeros(8)}, tmp_path / "net.pt")
    if not reason:
        checkpoint_from_state_dict(tmp_path / "net.pt")
        return
    with pytest.raises(ModelError, match=reason):
        checkpoint_from_state_dict(tmp_path / "net.pt")
