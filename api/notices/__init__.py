"""The notices: their words, their data, their dates."""
