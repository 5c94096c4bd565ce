"""Who may do what: password, sessions, tokens, roles, and the guard in front of every request."""
