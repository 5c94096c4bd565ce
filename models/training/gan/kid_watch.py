"""KID of a generator while it trains: the same measure as `models evaluate`, on fewer pictures."""

import numpy as np

from models.collection.pictures import PictureSet
from models.measures.kid import Features, kid, picture_features
from models.networks.perceptual.vgg import Vgg16
from models.networks.perceptual.weights import read_arrays, weights_path
from models.networks.stylegan2.generator import Generator
from models.networks.stylegan2.samples import draw, fixed_latents, to_uint8

LATENT_SEED = 2
MAX_REFERENCE = 1000


class KidWatch:
    """Features of the data set, computed once, and of fixed latents' pictures at every call."""

    def __init__(self, pictures: PictureSet, count: int) -> None:
        """Compute the reference; `count` is the number of generated pictures a call."""
        self._vgg = Vgg16(read_arrays(weights_path())).eval()
        self._count = count
        arrays = pictures.pictures.permute(0, 2, 3, 1).numpy()
        chosen = np.random.default_rng(0).permutation(len(arrays))[:MAX_REFERENCE]
        self._reference = self._features(arrays[chosen])

    def _features(self, arrays: np.ndarray) -> Features:
        grey = arrays.shape[3] == 1
        return picture_features(self._vgg, [a[:, :, 0] if grey else a for a in arrays])

    def __call__(self, generator: Generator) -> float:
        """KID of the generator's pictures (psi 1, stored noise) against the data set."""
        latents = fixed_latents(self._count, generator.config.z_dim, LATENT_SEED)
        return kid(self._features(to_uint8(draw(generator, latents))), self._reference)
