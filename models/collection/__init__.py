"""Scans to training sets: reading, whitening, cutting, judging, curating."""
