"""Who asks: the service for officers, drivers and permit reviewers."""
