"""Half precision is taken only where it is faster: on some machines it is 200 times slower."""

import pytest

torch = pytest.importorskip("torch")

from models.training.run.precision import choose_precision  # noqa: E402

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("full_s", "half_s", "expected"),
    [
        (0.013, 0.061 * 209, "32-true"),
        (0.010, 0.004, "bf16-mixed"),
        (0.010, 0.0095, "32-true"),
    ],
)
def test_choose_precision_takes_what_is_faster_and_says_why(full_s, half_s, expected) -> None:
    seconds = {"32-true": full_s, "bf16-mixed": half_s}
    choice = choose_precision("auto", CPU, seconds.__getitem__)
    assert choice.precision == expected
    assert f"{1000 * full_s:.1f} ms in 32 bits" in choice.why
    assert f"{1000 * half_s:.1f} ms in bf16" in choice.why


@pytest.mark.parametrize("asked", ["bf16-mixed", "32-true"])
def test_choose_precision_does_what_is_asked_without_measuring(asked) -> None:
    def refuse(precision):
        raise AssertionError("measured")

    assert choose_precision(asked, CPU, refuse).precision == asked


def test_choose_precision_measures_on_the_device() -> None:
    choice = choose_precision("auto", CPU)
    assert choice.precision in ("bf16-mixed", "32-true")
    assert "on cpu a layer takes" in choice.why
