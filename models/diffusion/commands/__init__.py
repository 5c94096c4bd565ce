"""Commands of `models diffuse`."""
