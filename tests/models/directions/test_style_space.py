"""Channels are chosen by where they change the picture, and nothing stays moved."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.directions.style_space import (  # noqa: E402
    channel_roir,
    channels_within,
    draw_shifted,
    style_channels,
)
from tests.models.directions.subjects import corner, small_subject  # noqa: E402


def test_channels_within_a_region_are_more_local_there_than_most():
    subject = small_subject(count=2)
    best = channels_within(subject, {"corner": corner(), "rest": ~corner()}, samples=2)
    every = style_channels(subject)
    usual = np.median([channel_roir(subject, c, corner(), 0.1, 2) for c in every])
    assert channel_roir(subject, best["corner"][0], corner(), 0.1, 2) < usual
    assert best["corner"][0] != best["rest"][0]


def test_draw_shifted_is_the_picture_of_the_style_moved_and_leaves_the_generator_as_it_was():
    subject = small_subject()
    ws = subject.as_ws(subject.sample_w(2))
    before = subject.generator.synthesis(ws)
    channel = style_channels(subject)[0]
    found = draw_shifted(subject, ws, channel, 2.0)
    affine = subject.generator.synthesis.block(4).conv1.affine
    assert torch.equal(subject.generator.synthesis(ws), before)
    with torch.no_grad():
        affine.bias[channel.index] += 2.0 * channel.sigma
    torch.testing.assert_close(found, subject.generator.synthesis(ws))
    with torch.no_grad():
        affine.bias[channel.index] -= 2.0 * channel.sigma


def test_style_channels_leave_the_last_picture_layer_out():
    subject = small_subject()
    last = max(channel.layer for channel in style_channels(subject))
    assert last == subject.num_ws - 2
