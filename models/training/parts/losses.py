"""StyleGAN2's losses: non-saturating, lazy R1, lazy path-length regularisation."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Non-saturating loss of the generator: mean softplus(−D(G(z))).

    Source: Goodfellow et al. 2014, section 3.
    """
    return F.softplus(-fake_logits).mean()


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Logistic loss of the discriminator: mean softplus(−D(x)) + softplus(D(G(z)))."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def as_displayed(pictures: Tensor) -> Tensor:
    """Clip what a generator drew to -1 ink .. 1 paper, as the table does.

    Without it every white pixel has to be met exactly, and paper stays a breath of grey; with it
    whatever is whiter than paper is paper. A pixel beyond the ends still hears what would bring it
    back: by the gradient of a plain clamp a sheet that has become white stays white for ever.
    """
    return _Displayed.apply(pictures)  # type: ignore[no-untyped-call]


class _Displayed(torch.autograd.Function):
    """A clamp to -1 .. 1 whose gradient is 0 only where it points further out."""

    @staticmethod
    def forward(ctx: Any, pictures: Tensor) -> Tensor:
        ctx.save_for_backward(pictures)
        return pictures.clamp(-1, 1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (pictures,) = ctx.saved_tensors
        # Descent moves a pixel against its gradient.
        outwards = ((pictures > 1) & (gradient < 0)) | ((pictures < -1) & (gradient > 0))
        return gradient.masked_fill(outwards, 0)


def with_instance_noise(pictures: Tensor, sigma: float) -> Tensor:
    """Add normal noise to what a discriminator sees, drawings and answers alike.

    Paper in a drawing is white exactly, and ink black. Without noise a discriminator tells a
    generator's pictures by the last percent of grey, and the generator learns nothing from it.

    Args:
        pictures: -1 .. 1.
        sigma: standard deviation in the same units; 0 adds nothing.

    Source: Sønderby et al. 2017, "Amortised MAP Inference for Image Super-resolution", section 4.
    """
    return pictures + sigma * torch.randn_like(pictures) if sigma > 0 else pictures


def r1_penalty(real_logits: Tensor, pictures: Tensor) -> Tensor:
    """Squared gradient norm of the logits at real pictures, halved, mean over the batch.

    Taken at the augmented picture that the discriminator saw: the resampling of the augmentation
    has no second derivative in PyTorch, and is an isometry up to its low-pass.

    Source: Mescheder et al. 2018, "Which Training Methods for GANs do actually Converge?", eq. 9.
    """
    (gradient,) = torch.autograd.grad(real_logits.sum(), pictures, create_graph=True)
    return 0.5 * gradient.float().square().sum(dim=(1, 2, 3)).mean()


def lazy_weight(weight: float, every: int, step: int) -> float:
    """Weight in this step of a regulariser applied every n-th: so many times as large, or 0.

    Source: Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", sec. 3.1.
    """
    return weight * every if step % every == 0 else 0.0


class PathLength(nn.Module):
    """Path-length regularisation with its running mean.

    Source: Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", eq. 4.
    """

    mean: Tensor

    def __init__(self, decay: float = 0.01) -> None:
        super().__init__()
        self.decay = decay
        self.register_buffer("mean", torch.zeros([]))

    def forward(self, pictures: Tensor, ws: Tensor) -> Tensor:
        """pictures (n, C, H, W) made from ws (n, num_ws, w_dim) to the penalty, a scalar."""
        noise = torch.randn_like(pictures) / math.sqrt(pictures.shape[2] * pictures.shape[3])
        (gradient,) = torch.autograd.grad((pictures * noise).sum(), ws, create_graph=True)
        lengths = gradient.float().square().sum(dim=2).mean(dim=1).sqrt()
        with torch.no_grad():
            self.mean.lerp_(lengths.mean(), self.decay)
        return (lengths - self.mean).square().mean()
