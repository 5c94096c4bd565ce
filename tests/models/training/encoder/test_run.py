import re
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from click.testing import CliRunner  # noqa: E402

from exhibit.contract.errors import InputError  # noqa: E402
from models.cli import main  # noqa: E402
from models.saved.checkpoint import ENCODER, CheckpointError, read_checkpoint, write_checkpoint  # noqa: E402
from models.saved.commands.average import average_checkpoints  # noqa: E402
from models.saved.compacting import compact  # noqa: E402
from models.saved.encoder import load_hand  # noqa: E402
from models.saved.gan import load_gan  # noqa: E402
from models.training.commands.train_encoder import train_encoder  # noqa: E402
from models.training.encoder import feeds  # noqa: E402
from tests.models.hands import write_drawings, write_gan, write_sketches  # noqa: E402
from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(feeds, "_reference", lambda gray, folder: (None, None))
    gan = write_gan(tmp_path / "gan.pt")
    drawings = write_drawings(tmp_path / "drawings")
    sketches = write_sketches(tmp_path / "sketches.ndjson")
    run = ["--gan", gan, "--dataset", drawings, "--sketches", sketches, "--accelerator", "cpu"]
    shape = ["--ink-size", 64, "--drawings", 3, "--sketched", 1]
    shape += ["--map-side", 16, "--detail", 0, "--fit", 0]
    return [str(word) for word in (*run, *shape, "--precision", "32-true")]


def _train(arguments: list[str], folder: Path, pictures: int, *more: str) -> dict:
    words = [*arguments, "-o", str(folder), "--pictures", str(pictures), *more]
    result = CliRunner().invoke(train_encoder, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return read_checkpoint(folder / "latest.pt", ENCODER)


@pytest.mark.parametrize(
    "rate",
    [
        ("--generator-rate", "0"),
        ("--generator-rate", "0.001"),
        ("--generator-rate", "0.001", "--moments", "1", "--fit", "0.5"),
        ("--generator-rate", "0.001", "--redraw", "1", "--prior", "4", "--code", "1"),
        ("--generator-rate", "0.001", "--features", "1", "--ada-kimg", "0.02", "--calm", "1"),
    ],
    ids=["frozen", "learning", "moments", "redraw", "features"],
)
def test_resumed_run_ends_as_an_uninterrupted_one(arguments, tmp_path, rate):
    if {"--moments", "--redraw", "--features"} & set(rate):
        need_perceptual_weights()
    whole = _train(arguments, tmp_path / "whole", 16, *rate)
    _train(arguments, tmp_path / "parts", 8, *rate)
    parts = _train(arguments, tmp_path / "parts", 16, *rate, "--resume")
    assert parts["pictures_seen"] == whole["pictures_seen"] == 16
    assert parts["ink_states"] == whole["ink_states"]
    networks = ("inverter", "inverter_ema", "generator", "generator_ema", "discriminator")
    for name in (*networks, "augment", *(["features"] if "--features" in rate else [])):
        for key, value in whole[name].items():
            torch.testing.assert_close(parts[name][key], value, msg=f"{name}.{key}")


def test_run_frozen_generator_does_not_change_and_encoder_does(arguments, tmp_path):
    before = torch.load(tmp_path / "gan.pt", weights_only=True)["ema"]
    saved = _train(arguments, tmp_path / "run", 8)
    for key, value in before.items():
        assert torch.equal(saved["generator"][key], value), key
    assert (saved["inverter"]["encoder.feature.weight"] != 0).any()
    assert (tmp_path / "run" / "latest.png").is_file()


def test_run_generator_that_learns_changes(arguments, tmp_path):
    before = torch.load(tmp_path / "gan.pt", weights_only=True)["ema"]
    saved = _train(arguments, tmp_path / "run", 8, "--generator-rate", "0.001")
    name = "synthesis.b16.conv1.weight"
    assert not torch.equal(saved["generator"][name], before[name])


def test_run_with_a_new_mapping_begins_from_it(arguments, tmp_path):
    shape = ("--generator-rate", "0.001", "--new-mapping", "3", "--instance-noise", "0.1")
    saved = _train(arguments, tmp_path / "run", 8, *shape)
    assert saved["generator_config"]["mapping_layers"] == 3
    resumed = _train(arguments[2:], tmp_path / "run", 12, *shape, "--resume")
    assert resumed["pictures_seen"] == 12


def test_average_of_two_states_lies_between_them(arguments, tmp_path):
    first = _train(arguments, tmp_path / "run", 4)
    (tmp_path / "run" / "latest.pt").rename(tmp_path / "first.pt")
    second = _train(arguments, tmp_path / "other", 12)
    words = [tmp_path / "first.pt", tmp_path / "other" / "latest.pt", "-o", tmp_path / "mean.pt"]
    CliRunner().invoke(average_checkpoints, [str(word) for word in words], catch_exceptions=False)
    mean = read_checkpoint(tmp_path / "mean.pt", ENCODER)
    name = "encoder.stem.weight"
    expected = (first["inverter_ema"][name] + second["inverter_ema"][name]) / 2
    torch.testing.assert_close(mean["inverter_ema"][name], expected)
    assert mean["pictures_seen"] == 12
    load_hand(tmp_path / "mean.pt")


def test_average_of_one_checkpoint_is_refused(tmp_path):
    with pytest.raises(InputError, match="two or more"):
        average_checkpoints.callback((tmp_path / "a.pt",), tmp_path / "b.pt", dry_run=False)


def test_load_hand_names_what_it_was_trained_with(arguments, tmp_path):
    _train(arguments, tmp_path / "run", 4)
    hand = load_hand(tmp_path / "run" / "latest.pt")
    assert "Quick, Draw!" in hand.notes["sketches_attribution"]
    assert len(hand.notes["held_out"]) == 20
    assert hand.stroke_width_px == 1.5


def test_compact_checkpoint_is_small_and_another_run_begins_from_it(arguments, tmp_path):
    saved = _train(arguments, tmp_path / "run", 4)
    small = tmp_path / "small.pt"
    write_checkpoint(small, ENCODER, compact(saved))
    assert small.stat().st_size < 0.3 * (tmp_path / "run" / "latest.pt").stat().st_size
    without_gan = arguments[2:]
    more = _train(without_gan, tmp_path / "next", 4, "--from", str(small))
    assert more["pictures_seen"] == 4
    name = "synthesis.b16.conv1.weight"
    expected = saved["generator_ema"][name].half().float()
    assert torch.equal(more["generator"][name], expected)


def test_run_without_any_generator_is_refused(arguments, tmp_path):
    with pytest.raises(InputError, match="--gan"):
        _train(arguments[2:], tmp_path / "run", 4)


@pytest.mark.parametrize("more", [(), ("--recalled", "4", "--generator-rate", "0.001")])
def test_dry_run_says_what_it_costs_and_writes_nothing(arguments, tmp_path, more):
    words = [*arguments, *more, "-o", str(tmp_path / "run"), "--dry-run"]
    result = CliRunner().invoke(train_encoder, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    _, _, cost = result.output.partition("Dry run, nothing was written: about ")
    assert "pictures/s" in cost and "MB of memory; two checkpoints of" in cost
    assert "are few; from about 300 on" in result.output
    assert "precision 32-true, as asked for" in result.output
    assert not (tmp_path / "run").exists()


def test_second_run_in_the_same_folder_is_refused(arguments, tmp_path):
    _train(arguments, tmp_path / "run", 4)
    words = [*arguments, "-o", str(tmp_path / "run")]
    with pytest.raises(InputError, match="--resume"):
        CliRunner().invoke(train_encoder, words, catch_exceptions=False)


def test_load_hand_gan_checkpoint_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="tracing-table-encoder-1"):
        load_hand(write_gan(tmp_path / "gan.pt"))


def test_load_gan_gives_the_networks_an_encoder_was_trained_with(arguments, tmp_path):
    saved = _train(arguments, tmp_path / "run", 8)
    gan = load_gan(tmp_path / "run" / "latest.pt")
    assert gan["generator_config"] == saved["generator_config"]
    for key, value in saved["generator_ema"].items():
        assert torch.equal(gan["ema"][key], value), key


def test_run_discriminator_that_is_sure_is_augmented_and_the_compact_file_keeps_p(
    arguments, tmp_path
):
    """Without it a small collection is learnt by heart, and answers are told by their place."""
    sure = ("--ada-target", "-1", "--ada-kimg", "0.05")
    saved = _train(arguments, tmp_path / "run", 8, *sure)
    p = float(saved["augment"]["p"])
    assert p == pytest.approx(8 / 50, abs=0.01)
    small = tmp_path / "small.pt"
    write_checkpoint(small, ENCODER, compact(saved))
    assert float(load_gan(small)["augment"]["p"]) == pytest.approx(p, abs=1e-3)


def test_run_from_another_counts_its_pictures_and_keeps_its_average_long(arguments, tmp_path):
    """A short average at the beginning shows the last few steps, not the run."""
    first = _train(arguments, tmp_path / "first", 4)
    write_checkpoint(tmp_path / "first" / "latest.pt", ENCODER, first | {"pictures_seen": 400})
    start = ("--from", str(tmp_path / "first" / "latest.pt"), "--generator-rate", "0.01")
    second = _train(arguments, tmp_path / "second", 4, *start)
    assert (second["pictures_before"], second["pictures_seen"]) == (400, 4)
    name = "synthesis.b16.conv1.weight"
    begun = read_checkpoint(tmp_path / "first" / "latest.pt", ENCODER)["generator_ema"][name]
    moved = (second["generator"][name] - begun).norm()
    assert (second["generator_ema"][name] - begun).norm() < 0.5 * moved


def test_run_with_short_latents_needs_those_of_the_drawings_and_goes_on_with_them(
    arguments, tmp_path
):
    need_perceptual_weights()
    redraw = ("--generator-rate", "0.001", "--redraw", "1", "--prior", "4")
    short = (*redraw, "--new-mapping", "2", "--z-dim", "3")
    with pytest.raises(InputError, match="trained with --redraw"):
        _train(arguments, tmp_path / "none", 4, *short)
    first = _train(arguments, tmp_path / "first", 8, *redraw)
    begun = ("--from", str(tmp_path / "first" / "latest.pt"))
    second = _train(arguments[2:], tmp_path / "second", 4, *begun, *short)
    assert second["generator_config"]["z_dim"] == 3
    assert second["own_latents"]["z"].shape == (len(first["own_latents"]["z"]), 3)
    third = _train(arguments[2:], tmp_path / "second", 8, *redraw, "--resume")
    assert third["pictures_seen"] == 8
    small = tmp_path / "small.pt"
    write_checkpoint(small, ENCODER, compact(third))
    again = _train(arguments[2:], tmp_path / "again", 4, "--from", str(small), *redraw)
    assert again["own_latents"]["z"].shape == third["own_latents"]["z"].shape


def test_run_with_detail_draws_it_goes_on_and_keeps_it(arguments, tmp_path):
    gan = write_gan(tmp_path / "gan64.pt", resolution=64)
    detailed = [*arguments, "--gan", str(gan), "--detail", "2"]
    first = _train(detailed, tmp_path / "first", 4)
    assert first["encoder_config"]["detail_channels"] == 2
    assert first["generator_config"]["detail_channels"] == 2
    assert first["inverter"]["encoder.detail.out.weight"].abs().max() > 0
    assert first["pictures_before"] == 0
    begun = [*arguments[2:], "--from", str(tmp_path / "first" / "latest.pt")]
    kept = _train([*begun, "--detail", "2"], tmp_path / "kept", 4)
    assert kept["encoder_config"] == first["encoder_config"]
    assert kept["pictures_before"] == 4
    without = _train(begun, tmp_path / "without", 4)
    assert without["encoder_config"]["detail_channels"] == 0
    assert without["pictures_before"] == 0
    assert "b64.detail.weight" not in {
        name.split("synthesis.")[-1] for name in without["generator"]
    }


def test_run_with_detail_and_ink_of_another_size_is_refused_naming_both(arguments, tmp_path):
    with pytest.raises(InputError, match=r"--detail 2 with --ink-size 64: expected 32"):
        _train([*arguments, "--detail", "2"], tmp_path / "run", 4)


def test_run_that_diverges_ends_with_one_line_and_its_checkpoint_as_it_was(arguments, tmp_path):
    _train(arguments, tmp_path / "run", 4)
    latest = tmp_path / "run" / "latest.pt"
    before = latest.read_bytes()
    words = ["train-encoder", *arguments, "-o", str(tmp_path / "run"), "--resume"]
    result = CliRunner().invoke(main, [*words, "--learning-rate", "1e30", "--pictures", "400"])
    assert result.exit_code == 2
    assert re.match(r"Error: step \d+ \(\d+ pictures\): [\w/.]+ is ", result.stderr)
    assert latest.read_bytes() == before


def test_compact_checkpoint_is_refused_for_resuming(arguments, tmp_path):
    """A file without optimizers must not pass for a complete resume."""
    saved = _train(arguments, tmp_path / "run", 4)
    write_checkpoint(tmp_path / "small" / "latest.pt", ENCODER, compact(saved))
    with pytest.raises(InputError, match="expected it in --from"):
        _train(arguments, tmp_path / "small", 8, "--resume")
