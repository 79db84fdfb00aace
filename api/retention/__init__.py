"""How long what is kept, and what was held back from being removed."""
