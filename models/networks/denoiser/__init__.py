"""A small denoiser: noisy pictures to cleaner ones, and the way from noise to a picture."""
