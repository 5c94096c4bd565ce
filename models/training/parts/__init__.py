"""What a training step is made of, whichever network it teaches."""
