"""Work that is done outside of requests."""
