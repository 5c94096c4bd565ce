"""The entries of the tensor are the latents of the right drawings, or it is refused."""

import csv

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("resvg_py")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.factorial import (  # noqa: E402
    factorial_codes,
    over_layers,
    pictures_of,
    read_cells,
)
from models.directions.subject import load_subject  # noqa: E402
from tests.models.hands import write_gan  # noqa: E402
from tests.models.redrawn import number_of, write_heads, write_redrawn  # noqa: E402


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    return write_heads(tmp_path_factory.mktemp("factorial") / "heads")


@pytest.fixture(scope="module")
def checkpoint(heads, tmp_path_factory):
    return write_redrawn(tmp_path_factory.mktemp("gan") / "gan.pt", heads)


def test_read_cells_puts_every_drawing_in_its_place(heads):
    cells = read_cells(heads)
    assert cells.files.shape == (2, 3, 3, 5)
    assert cells.levels["yaw_deg"] == ("-36", "-24", "-12", "0", "12")
    rows = {r["file"]: r for r in csv.DictReader((heads / "labels.csv").read_text().splitlines())}
    row = rows[str(cells.files[1, 2, 0, 4])]
    assert (row["who"], row["expression"], row["yaw_deg"]) == ("1", "surprised", "12")


def test_read_cells_with_a_cell_missing_is_refused(heads, tmp_path):
    text = (heads / "labels.csv").read_text().splitlines(keepends=True)
    (tmp_path / "labels.csv").write_text("".join(text[:-1]))
    with pytest.raises(InputError, match="89 drawings; expected each of 90 cells once"):
        read_cells(tmp_path)


def test_read_cells_of_heads_without_factors_is_refused(tmp_path):
    (tmp_path / "labels.csv").write_text("file,style\na,lorelei\n")
    with pytest.raises(InputError, match="expected portraits --factors"):
        read_cells(tmp_path)


def test_factorial_codes_are_those_of_the_drawings(heads, checkpoint):
    subject = load_subject(checkpoint)
    found = factorial_codes(subject, checkpoint, heads)
    assert found.codes.shape == (2, 3, 3, 5, 1, subject.w_dim)
    z = torch.ones(1, subject.generator.config.z_dim)
    z[0, 0] = number_of(str(found.cells.files[1, 0, 2, 3]))
    expected = subject.generator.mapping.to_w(z)[0].numpy()
    np.testing.assert_allclose(found.codes[1, 0, 2, 3, 0], expected, atol=1e-5)
    assert found.people(slice(1, 2)).codes.shape[0] == 1


def test_factorial_codes_without_latents_are_refused(heads, tmp_path):
    path = write_gan(tmp_path / "gan.pt")
    with pytest.raises(InputError, match="expected one trained on them"):
        factorial_codes(load_subject(path), path, heads)


def test_over_layers_redraws_better_with_a_code_for_every_layer(heads, checkpoint):
    subject = load_subject(checkpoint)
    found = factorial_codes(subject, checkpoint, heads)
    pictures = pictures_of(found.cells, heads, subject.generator.config.resolution)

    def apart(codes) -> float:
        with torch.no_grad():
            flat = torch.from_numpy(codes.reshape(90, -1, subject.w_dim)).float()
            drawn = subject.generator.synthesis(flat.expand(-1, subject.num_ws, -1)).mean(1)
        return float(np.abs(drawn.numpy() - (pictures / 127.5 - 1)).mean())

    wide = over_layers(subject, found, pictures, 3)
    assert wide.codes.shape[-2] == subject.num_ws
    assert apart(wide.codes) < apart(found.codes)
