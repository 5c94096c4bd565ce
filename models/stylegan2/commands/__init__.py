"""Commands on StyleGAN2 files; one file each."""
