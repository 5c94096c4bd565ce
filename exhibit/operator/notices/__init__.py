"""Notices by mail and webhook, for whoever is not looking at the page."""
