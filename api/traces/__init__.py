"""Traces: files that come in, checks of them, what the checks leave."""
