"""StyleGAN2: generator, discriminator, and samples of them."""
