"""Everything offline, in layers: see `models.cli` for its commands."""
