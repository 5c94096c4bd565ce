"""The denoiser's training."""
