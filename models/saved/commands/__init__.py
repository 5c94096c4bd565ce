"""Commands on checkpoints; one file each."""
