"""The GAN's training."""
