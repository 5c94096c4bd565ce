"""What the page keeps in the state folder: overrides, scenes, visits, events, the audit log."""
