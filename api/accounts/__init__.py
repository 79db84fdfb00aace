"""People and machines: signing in, passwords, sessions, keys."""
