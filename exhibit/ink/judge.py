"""How likely each pixel of a page is ink: a few small networks, one after the other.

The first one sees the evidence alone, at half the page's size. Each later one also sees what
the one before thought of the surroundings, so that a filled shape, a faint line or what shines
through is judged as a whole. The last one judges the page's own pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime as ort

from exhibit.contract.values import Floats, Gray
from exhibit.ink.evidence import Context, Evidence

_WEIGHTS = Path(__file__).parent / "judge_weights"
_MOST_LOGIT = 12.0

Network = Callable[[Floats], Floats]
"""Takes (planes, n) float32, what is seen of n pixels, and gives their logits (n,)."""


def ink_logit(gray: Gray) -> Floats:
    """Return the logarithm of the odds that each pixel is ink, (H, W) float32.

    Args:
        gray: (H, W) uint8, dark ink on lighter paper.
    """
    evidence = Evidence(gray)
    *coarse, fine = _networks()
    logit: Floats | None = None
    for network in coarse:
        logit = judge_once(network, evidence, logit, 1)
    return judge_once(fine, evidence, logit, 0)[: gray.shape[0], : gray.shape[1]]


def judge_once(network: Network, evidence: Evidence, before: Floats | None, size: int) -> Floats:
    """Judge all of a page with one network.

    Args:
        network: gives logits for what is seen of pixels.
        evidence: of the page.
        before: (h, w) float32 logits of the network before, at half the page's size.
        size: 1 to judge at half the page's size, 0 at its own.

    Returns:
        Logits at that size, with the padding of the page, float32.
    """
    context = None if before is None else Context(evidence, likelihood(before))
    logit = np.empty(evidence.shape(size), np.float32)
    for top, bottom in evidence.bands(size):
        seen = what_is_seen(evidence, context, size, top, bottom)
        logit[top:bottom] = network(seen).reshape(bottom - top, -1)
    return logit


def what_is_seen(
    evidence: Evidence, context: Context | None, size: int, top: int, bottom: int
) -> Floats:
    """Return evidence and context of a band as a network sees them, (planes, n) float32."""
    planes = evidence.rows(size, top, bottom)
    if context is not None:
        planes += context.rows(size, top, bottom)
    return np.stack(planes).reshape(len(planes), -1)


def likelihood(logit: Floats) -> Floats:
    """Return the likelihood 0..1 of a logarithm of odds."""
    kept = np.clip(logit, -_MOST_LOGIT, _MOST_LOGIT)
    return np.asarray(1.0 / (1.0 + np.exp(-kept)), np.float32)


@cache
def _networks() -> tuple[Network, ...]:
    """Open the networks in their order."""
    return tuple(map(_open, sorted(_WEIGHTS.glob("pass_*.onnx"))))


def _open(path: Path) -> Network:
    options = ort.SessionOptions()
    # The networks are small: threads that wait by going round cost more than the work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def judge(seen: Floats) -> Floats:
        (logit,) = session.run(None, {"seen": seen})
        return np.asarray(logit, np.float32).reshape(-1)

    return judge
