"""Visits of trucks to source enterprises, found in traces."""
