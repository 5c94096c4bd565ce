import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.directions.eigen import leading, leading_of_layers, span_angle  # noqa: E402
from models.directions.sefa_conv import discover, input_moments, kernel_gram  # noqa: E402
from tests.models.directions.subjects import small_subject  # noqa: E402

MAP_PX = 8


def small_kernel(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((5, 4, 3, 3))


def frequencies(kernel: np.ndarray, map_px: int = MAP_PX) -> np.ndarray:
    """The kernel's transform on an n×n map, (C_out, C_in, n, n)."""
    return np.fft.fft2(kernel, s=(map_px, map_px))


def stacked(kernel: np.ndarray, map_px: int = MAP_PX) -> np.ndarray:
    """M: all frequencies by rows, C_in last, (C_out·n², C_in)."""
    return frequencies(kernel, map_px).transpose(0, 2, 3, 1).reshape(-1, kernel.shape[1])


def ours(kernel: np.ndarray) -> np.ndarray:
    return kernel_gram(torch.from_numpy(kernel)).numpy()


@pytest.mark.parametrize("map_px", [3, 8, 13])
def test_kernel_gram_is_the_gram_of_all_frequencies(map_px):
    kernel = small_kernel()
    m = stacked(kernel, map_px)
    by_frequencies = m.conj().T @ m
    np.testing.assert_allclose(by_frequencies.imag, 0, atol=1e-9)
    np.testing.assert_allclose(by_frequencies.real, map_px**2 * ours(kernel), atol=1e-9)
    expected = np.linalg.eigh(by_frequencies)[1][:, ::-1].T
    found, _ = leading(ours(kernel), 4)
    np.testing.assert_allclose(np.abs(np.sum(found * expected, axis=1)), 1, atol=1e-5)


def test_kernel_gram_printed_without_conjugate_keeps_one_tap_only():
    kernel = small_kernel()
    m = stacked(kernel)
    printed = m.T @ m
    one_tap = kernel[:, :, 0, 0].T @ kernel[:, :, 0, 0]
    np.testing.assert_allclose(printed, MAP_PX**2 * one_tap, atol=1e-9)
    assert np.linalg.norm(printed.real / MAP_PX**2 - ours(kernel)) > 0.5 * np.linalg.norm(one_tap)
    found, _ = leading(ours(kernel), 1)
    wrong, _ = leading(printed.real, 1)
    assert span_angle(found, wrong) > 0.1


def test_kernel_gram_printed_reshape_scrambles_channels():
    kernel = small_kernel()
    scrambled = frequencies(kernel).reshape(-1, kernel.shape[1])
    printed = (scrambled.conj().T @ scrambled).real / MAP_PX**2
    assert np.linalg.norm(printed - ours(kernel)) > 0.1 * np.linalg.norm(ours(kernel))


def test_leading_sorts_where_printed_eig_does_not():
    gram = np.diag([1.0, 3.0, 2.0])
    printed, _ = np.linalg.eig(gram)
    assert printed[0] != printed.max()
    vectors, values = leading(gram, 2)
    np.testing.assert_allclose(values, [3, 2])
    np.testing.assert_allclose(np.abs(vectors), np.eye(3)[[1, 2]], atol=1e-12)


def test_leading_is_real_where_printed_eig_is_complex():
    m = stacked(small_kernel())
    printed_values, printed_vectors = np.linalg.eig(m.conj().T @ m)
    assert np.iscomplexobj(printed_values) and np.iscomplexobj(printed_vectors)
    vectors, values = leading(ours(small_kernel()), 4)
    assert vectors.dtype == values.dtype == np.float64


def test_layers_of_a_shared_input_stack_by_rows_where_printed_stacks_by_columns():
    subject = small_subject(layers=(0, 1), count=2)
    first, second = (np.random.default_rng(i).standard_normal((n, 16)) for i, n in ((0, 5), (1, 7)))
    found, _ = leading_of_layers([first.T @ first, second.T @ second], subject)
    rows = np.concatenate([first, second])
    expected = np.linalg.svd(rows)[2][:2]
    assert span_angle(found, expected) < 1e-6
    with pytest.raises(ValueError, match="dimension"):
        np.concatenate([first, second], axis=1)
    same_length = np.concatenate([first, second[:5]], axis=1)
    assert np.linalg.svd(same_length)[2].shape[1] != subject.w_dim


def test_sefa_conv_weights_only_takes_the_energy_of_every_channel():
    subject = small_subject(layers=(2,), count=2)
    layer = subject.generator.synthesis.b8.conv1
    style = layer.affine.weight * layer.affine.weight_gain
    energy = layer.weight.square().sum(dim=(0, 2, 3))
    expected = torch.linalg.svd(energy.sqrt()[:, None] * style)[2][:2].numpy()
    assert span_angle(discover(subject).vectors, expected) < 1e-3


def test_input_moments_first_layer_is_the_constant():
    subject = small_subject()
    x = subject.generator.synthesis.b4.const.flatten(1).double()
    moments = input_moments(subject, samples=3)
    torch.testing.assert_close(moments[0], x @ x.t() / 16)
    assert all(torch.linalg.eigvalsh(moment)[0] > -1e-9 for moment in moments)


def test_sefa_conv_measured_maximises_the_measured_change():
    """E‖K*(diag(A·v)x)‖² over pixels, without borders, is what the eigenvalue says."""
    subject = small_subject(layers=(3,), count=1)
    found = discover(subject, inputs="measured", samples=2)
    seen = []
    layer = subject.generator.synthesis.b16.conv0
    hook = layer.register_forward_pre_hook(lambda _layer, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        subject.generator.synthesis(subject.as_ws(subject.sample_w(2)))
    hook.remove()
    style = layer.affine.weight @ torch.from_numpy(found.vectors[0].copy())
    modulated = seen[0] * (style * layer.affine.weight_gain)[:, None, None]
    taps = torch.einsum("oiuv,nihw->uvnohw", layer.weight, modulated)
    energy = taps.square().sum(dim=(0, 1, 3)).mean()
    assert energy.item() == pytest.approx(found.directions[0].score, rel=1e-3)
