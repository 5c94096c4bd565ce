"""A new version beside the one that shows, and the way back."""
