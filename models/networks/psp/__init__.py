"""pSp: ink to the codes of a generator."""
