"""Four ways to invert a picture, learnt and measured alike: pSp, e4e, ReStyle, HyperStyle."""
