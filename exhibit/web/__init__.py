"""The stage as live pictures in a browser."""
