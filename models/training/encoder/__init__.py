"""The encoder's training."""
