"""Trains what tells ink from paper in a photograph, on pages drawn by a program."""
