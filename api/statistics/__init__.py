"""How many leads, when, where and whose."""
