"""May this truck be there, then? Asked many times a second."""
