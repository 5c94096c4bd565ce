"""Files of networks: our checkpoints, published ones, and the card of a bundle."""
