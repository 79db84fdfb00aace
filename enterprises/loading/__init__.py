"""Weighing and loading-slip records: read, held against what a vehicle may weigh, counted, and compared with visits."""
