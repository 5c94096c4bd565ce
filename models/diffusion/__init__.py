"""What can be done with a trained denoiser: directions of h-space, posters, an attract loop."""
