"""Commands of the ink judge."""
