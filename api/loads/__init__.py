"""Weighing and loading-slip records, held against what a vehicle may weigh."""
