"""One step a file; each can be taken back."""
