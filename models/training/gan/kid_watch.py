"""KID of a generator while it trains: the same measure as `models evaluate`, on fewer pictures."""

from __future__ import annotations

import time
from collections.abc import Callable

from torch import Tensor

from exhibit.contract.values import Gray
from models.measures.kid import Features, kid, picture_features
from models.networks.perceptual.vgg import Vgg16
from models.networks.perceptual.weights import read_arrays, weights_path
from models.networks.pixels import to_uint8
from models.networks.stylegan2.generator import Generator
from models.networks.stylegan2.samples import draw, fixed_latents

LATENT_SEED = 2
MAX_REFERENCE = 1000


class KidWatch:
    """Features of the data set, computed once, and of fixed latents' pictures at every measure."""

    def __init__(
        self,
        drawings: Tensor,
        count: int,
        every_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Compute the reference.

        Args:
            drawings: (n, C, R, R) uint8, at most `MAX_REFERENCE` of the data set.
            count: of generated pictures a measure.
            every_s: seconds between two measures; the first one is due after as many.
            clock: seconds.
        """
        self._vgg = Vgg16(read_arrays(weights_path())).eval()
        self._count, self._every_s, self._clock = count, every_s, clock
        self._reference = self._features(drawings.permute(0, 2, 3, 1).numpy())
        self._measured_at = clock()

    def _features(self, arrays: Gray) -> Features:
        grey = arrays.shape[3] == 1
        return picture_features(self._vgg, [a[:, :, 0] if grey else a for a in arrays])

    def is_due(self) -> bool:
        """Whether the last measure is long enough ago."""
        return self._clock() - self._measured_at >= self._every_s

    def measure(self, generator: Generator) -> float:
        """KID of the generator's pictures (psi 1, stored noise) against the data set."""
        latents = fixed_latents(self._count, generator.config.z_dim, LATENT_SEED)
        found = kid(self._features(to_uint8(draw(generator, latents))), self._reference)
        self._measured_at = self._clock()
        return found
