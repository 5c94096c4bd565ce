"""StyleGAN2's generator: mapping z → w and synthesis w_plus → picture.

State-dict names follow the published PyTorch release, so that its weights load unchanged.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.stylegan2.config import (
    GeneratorConfig,
    ModelError,
    block_resolutions,
)
from models.networks.stylegan2.layers import (
    FullyConnected,
    ModulatedConv,
    ToRGB,
    activate,
    resample_filter,
    upsample,
)

MAPPING_LR_MULTIPLIER = 0.01
W_AVG_BETA = 0.995
NOISE_MODES = ("const", "random", "none")


class Mapping(nn.Module):
    """Mapping network: normalised z through fully connected layers to w, one copy a layer."""

    w_avg: Tensor

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.num_ws, self.layers, self.z_dim = config.num_ws, config.mapping_layers, config.z_dim
        widths = [config.z_dim] + [config.w_dim] * config.mapping_layers
        for index in range(config.mapping_layers):
            layer = FullyConnected(
                widths[index], widths[index + 1], lr_multiplier=MAPPING_LR_MULTIPLIER
            )
            self.add_module(f"fc{index}", layer)
        self.register_buffer("w_avg", torch.zeros(config.w_dim))

    def to_w(self, z: Tensor) -> Tensor:
        """z: (n, z_dim) to w: (n, w_dim), not truncated."""
        if z.ndim != 2 or z.shape[1] != self.z_dim:
            raise ModelError(f"z of shape {tuple(z.shape)}: expected (n, {self.z_dim})")
        x = z.float()
        x = x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + 1e-8)
        for index in range(self.layers):
            x = activate(self.get_submodule(f"fc{index}")(x))
        return x.float()

    def forward(
        self, z: Tensor, truncation_psi: float = 1.0, truncation_cutoff: int | None = None
    ) -> Tensor:
        """Map latents to codes.

        Args:
            z: (n, z_dim), standard normal.
            truncation_psi: w_avg + psi·(w − w_avg); 1 leaves w unchanged.
            truncation_cutoff: number of layers truncated, counted from the coarsest; None for all.

        Returns:
            ws (n, num_ws, w_dim).

        Source: Karras et al. 2019, "A Style-Based Generator Architecture", appendix B.
        """
        ws = self.to_w(z)[:, None].repeat(1, self.num_ws, 1)
        if truncation_psi == 1.0:
            return ws
        cutoff = self.num_ws if truncation_cutoff is None else truncation_cutoff
        truncated = self.w_avg.lerp(ws[:, :cutoff], truncation_psi)
        return torch.cat([truncated, ws[:, cutoff:]], dim=1)

    @torch.no_grad()
    def track_w_avg(self, w: Tensor) -> None:
        """Move the running mean of w towards a training batch's mean."""
        self.w_avg.copy_(w.detach().float().mean(dim=0).lerp(self.w_avg, W_AVG_BETA))


class SynthesisBlock(nn.Module):
    """One resolution of the skip generator: up-sampling layer, layer, picture."""

    resample_filter: Tensor

    def __init__(self, config: GeneratorConfig, resolution: int) -> None:
        super().__init__()
        channels = config.channels(resolution)
        self.first = resolution == 4
        self.num_conv = 1 if self.first else 2
        if self.first:
            self.const = nn.Parameter(torch.randn(channels, 4, 4))
        else:
            self.conv0 = ModulatedConv(
                config.channels(resolution // 2),
                channels,
                config.w_dim,
                resolution,
                config.layout,
                config.conv_clamp,
            )
        self.conv1 = ModulatedConv(
            channels, channels, config.w_dim, resolution, "none", config.conv_clamp
        )
        self.torgb = ToRGB(channels, config.img_channels, config.w_dim, config.conv_clamp)
        if config.detail_channels and resolution == config.resolution:
            self.detail = nn.Conv2d(config.detail_channels, channels, 3, padding=1, bias=False)
        self.register_buffer("resample_filter", resample_filter())

    def forward(
        self,
        x: Tensor | None,
        picture: Tensor | None,
        ws: Tensor,
        added: tuple[Tensor | None, Tensor | None],
        noise_mode: str,
    ) -> tuple[Tensor, Tensor]:
        """Refine activation and picture by one block.

        Args:
            x: (n, C', H/2, W/2) of the block before, None at 4².
            picture: (n, img_channels, H/2, W/2) so far, None at 4².
            ws: (n, num_conv + 1, w_dim) codes.
            added: feature (n, C, H, W), added before the picture is taken, and detail
                (n, detail_channels, H, W), which the last layer still draws; None adds nothing.
            noise_mode: see `Synthesis.forward`.
        """
        feature, detail = added
        if x is None:
            x = self.const[None].expand(ws.shape[0], -1, -1, -1)
            x = x.contiguous(memory_format=torch.channels_last)
            x = self.conv1(x, ws[:, 0], noise_mode)
        else:
            x = self.conv0(x, ws[:, 0], noise_mode)
            if detail is not None:
                x = x + self.detail(detail.to(x.dtype))
            x = self.conv1(x, ws[:, 1], noise_mode)
        if feature is not None:
            x = x + feature.to(x.dtype)
        rgb = self.torgb(x, ws[:, self.num_conv]).float()
        if picture is not None:
            rgb = rgb + upsample(picture, self.resample_filter)
        return x, rgb


class Synthesis(nn.Module):
    """Synthesis network: codes (and a feature map) to a picture."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.num_ws, self.w_dim = config.num_ws, config.w_dim
        self.resolutions = block_resolutions(config.resolution)
        self.feature_shape = config.feature_shape
        self.fold = config.resolution // config.feature_resolution
        self.map_channels = config.channels(config.feature_resolution)
        for resolution in self.resolutions:
            self.add_module(f"b{resolution}", SynthesisBlock(config, resolution))

    def forward(
        self, ws: Tensor, feature: Tensor | None = None, noise_mode: str = "const"
    ) -> Tensor:
        """Draw pictures.

        Args:
            ws: (n, num_ws, w_dim) codes, one a layer.
            feature: (n, *feature_shape) residual map, added to the activation that leaves the
                last layer of the block of its side, before that block's picture is taken from it;
                channels beyond those of that block are planes of detail, unfolded to the picture's
                size and added before the last layer. Zero or None changes nothing.
            noise_mode: 'const' (the stored noise), 'random' or 'none'.

        Returns:
            Pictures (n, img_channels, resolution, resolution), float32, −1 ink … 1 paper.

        Source: Karras et al. 2020, sections 2-4 (skip generator); the feature map follows
        Yao et al. 2022, "A Style-Based GAN Encoder for High Fidelity Reconstruction of Images
        and Videos" (feature and style codes), added instead of substituted.
        """
        if ws.ndim != 3 or tuple(ws.shape[1:]) != (self.num_ws, self.w_dim):
            raise ModelError(
                f"ws of shape {tuple(ws.shape)}: expected (n, {self.num_ws}, {self.w_dim})"
            )
        if noise_mode not in NOISE_MODES:
            raise ModelError(f"noise_mode {noise_mode!r}: expected one of {', '.join(NOISE_MODES)}")
        x: Tensor | None = None
        picture: Tensor | None = None
        feature, detail = self._unfolded(feature)
        first = 0
        for resolution in self.resolutions:
            block = self.block(resolution)
            codes = ws[:, first : first + block.num_conv + 1]
            added = (
                feature if resolution == self.feature_shape[1] else None,
                detail if resolution == self.resolutions[-1] else None,
            )
            x, picture = block(x, picture, codes, added, noise_mode)
            first += block.num_conv
        assert picture is not None  # there is a block of 4×4 at the least
        return picture

    def _unfolded(self, feature: Tensor | None) -> tuple[Tensor | None, Tensor | None]:
        """The map for the activation of its side, and the planes of detail at the picture's."""
        if feature is None or feature.shape[1] == self.map_channels:
            return feature, None
        folded = feature[:, self.map_channels :]
        return feature[:, : self.map_channels], F.pixel_shuffle(folded, self.fold)

    def block(self, resolution: int) -> SynthesisBlock:
        """The block of one resolution."""
        block = self.get_submodule(f"b{resolution}")
        assert isinstance(block, SynthesisBlock)
        return block


class Generator(nn.Module):
    """StyleGAN2's generator: mapping and synthesis."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        self.mapping = Mapping(config)
        self.synthesis = Synthesis(config)

    def forward(self, z: Tensor, truncation_psi: float = 1.0, noise_mode: str = "const") -> Tensor:
        """z: (n, z_dim) to pictures (n, img_channels, resolution, resolution)."""
        return self.synthesis(self.mapping(z, truncation_psi), noise_mode=noise_mode)
