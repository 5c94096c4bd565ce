import pytest

torch = pytest.importorskip("torch")

from models.directions.sefa import sefa, style_matrices  # noqa: E402
from tests.models.hands import small_generator  # noqa: E402


def test_sefa_known_matrix_gives_its_strongest_axes():
    matrix = torch.diag(torch.tensor([1.0, 3.0, 2.0]))
    vectors, values = sefa([matrix[:1], matrix[1:]], 2)
    torch.testing.assert_close(vectors.abs(), torch.eye(3)[[1, 2]])
    torch.testing.assert_close(values, torch.tensor([9.0, 4.0]))


def test_style_matrices_cover_every_code():
    matrices = style_matrices(small_generator())
    assert len(matrices) == 8
    assert all(m.shape[1] == 16 and m.shape[0] > 0 for m in matrices)
