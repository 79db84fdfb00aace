"""Vehicles: which class, and whose."""
