"""Bundles from a web server of the museum to many tables: signed there, checked here."""
