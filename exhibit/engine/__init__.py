"""The engine: the process that answers a frame with a picture."""
