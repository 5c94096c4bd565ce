"""The operator's page and its API: a process of its own that the table never waits for."""
