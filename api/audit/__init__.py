"""The audit trail, for those who watch."""
