"""Trainings of GAN and encoder: their parts, how a run is run, and its commands."""
