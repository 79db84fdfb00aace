"""Permits: applications, their steps, what the program finds on them, and what a permit in force shows."""
