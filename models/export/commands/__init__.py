"""Command-line commands of this package."""
