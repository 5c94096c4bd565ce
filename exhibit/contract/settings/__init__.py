"""Settings: what they are, where they are written, and which layer says what."""
