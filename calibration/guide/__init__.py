"""The guide: calibrating a running table step by step, from the operator's page."""
