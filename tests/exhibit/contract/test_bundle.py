"""A bundle that is not what its card says is refused, and the message names the file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.bundle import check_files, find_bundle, load_bundle
from exhibit.contract.directions import load_directions
from exhibit.contract.errors import BundleError
from exhibit.contract.latents import load_latents
from tests.fakes.bundle import DIRECTION_NAMES, RESOLUTION, W_DIM, write_bundle, write_card
from tests.fakes.closed import close_folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "tiny")


def test_bundle_complete_is_read(tiny: Path) -> None:
    bundle = load_bundle(tiny)
    latents, directions = load_latents(bundle), load_directions(bundle)
    assert latents.w_avg.shape == (W_DIM,)
    assert latents.attract.shape[1:] == (RESOLUTION, RESOLUTION)
    assert latents.radius is None
    assert tuple(directions) == DIRECTION_NAMES
    for direction in directions.values():
        assert np.linalg.norm(direction.vector) == pytest.approx(1.0, abs=1e-6)
    assert directions["darker"].layers == (0, 1, 2, 3)
    assert directions["taller"].layers == tuple(range(8))


def damage_byte(folder: Path) -> None:
    data = bytearray((folder / "encoder.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "encoder.onnx").write_bytes(data)


def remove_golden(folder: Path) -> None:
    (folder / "golden.npz").unlink()


def break_card(folder: Path) -> None:
    (folder / "card.yaml").write_text("name: [")


def forget_file(folder: Path) -> None:
    write_card(folder, "tiny", "feature", files={"encoder.onnx": "0"})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (damage_byte, r"encoder\.onnx: SHA-256 is .* card\.yaml expects"),
        (remove_golden, r"golden\.npz: missing, but named in card\.yaml"),
        (break_card, r"card\.yaml: not readable as YAML"),
        (forget_file, r"card\.yaml: files lists no 'generator\.onnx'"),
    ],
)
def test_bundle_damaged_names_the_file(
    tiny: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(tiny)
    with pytest.raises(BundleError, match=message):
        load_bundle(tiny)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("num_ws", 10, "num_ws is 10, expected 8 for resolution 32"),
        ("resolution", 48, "expected .* for resolution 48"),
        ("stroke_width_px", -1, "stroke_width_px: Input should be greater than 0"),
        ("colour", "red", "colour: Extra inputs"),
        ("files", {"../outside": "0"}, "files lists no"),
    ],
)
def test_bundle_card_out_of_bounds_names_the_field(
    tiny: Path, field: str, value: object, message: str
) -> None:
    write_card(tiny, "tiny", "feature", **{field: value})
    with pytest.raises(BundleError, match=message):
        load_bundle(tiny)


def test_bundle_unreadable_metadata_names_the_file(tiny: Path) -> None:
    """Right hashes, wrong content: what a faulty exporter would write."""
    bundle = load_bundle(tiny)
    (tiny / "latents.npz").write_bytes(b"PK\x03\x04 not an archive")
    with pytest.raises(BundleError, match=r"latents\.npz"):
        load_latents(bundle)
    np.savez(
        tiny / "latents.npz",
        w_avg=np.zeros(W_DIM, np.float32),
        covariance=np.eye(W_DIM, dtype=np.float32),
        attract=np.zeros((2, RESOLUTION, RESOLUTION), np.float32),
    )
    with pytest.raises(BundleError, match=r"latents\.npz: attract is float32"):
        load_latents(bundle)
    (tiny / "directions.json").write_text('{"darker": {"safe_range": [1, 2], "sigma": 1}}')
    with pytest.raises(BundleError, match=r"directions\.json: 'darker': safe_range"):
        load_directions(bundle)
    (tiny / "directions.safetensors").write_bytes(b"nonsense")
    with pytest.raises(BundleError, match=r"directions\.safetensors: not readable"):
        load_directions(bundle)


def test_bundle_unknown_name_lists_the_installed_ones(tiny: Path) -> None:
    assert find_bundle("tiny", tiny.parent) == tiny
    assert find_bundle(str(tiny), tiny.parent) == tiny
    with pytest.raises(BundleError, match=r"'larr' not found: .* one of tiny in"):
        find_bundle("larr", tiny.parent)


def test_bundle_of_another_owner_or_without_a_possible_name_is_refused(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BundleError, match=r"bundle 'x+': File name too long"):
        find_bundle("x" * 300, tiny.parent)
    bundle = load_bundle(tiny)
    close_folder(monkeypatch, tiny)
    with pytest.raises(BundleError, match="tiny': Permission denied"):
        find_bundle(str(tiny))
    with pytest.raises(BundleError, match="not readable: Permission denied"):
        check_files(tiny, bundle.card)


def test_find_bundle_made_elsewhere_is_found_by_the_name_in_its_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = load_bundle(write_bundle(tmp_path / "out" / "first try")).card.name
    assert find_bundle(name, tmp_path / "installed") == Path("out/first try")
    write_bundle(tmp_path / "second")
    with pytest.raises(BundleError, match=f"'{name}' is in .*second.*expected the folder of one"):
        find_bundle(name, tmp_path / "installed")
    with pytest.raises(BundleError, match="not found"):
        find_bundle("nobody", tmp_path / "installed")
