"""Commands of `models structure`."""
