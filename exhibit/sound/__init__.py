"""Sound that answers the pen: a process of its own, synthesised while it plays, from no samples."""
