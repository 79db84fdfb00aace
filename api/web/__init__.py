"""The pages: templates from the server, small scripts that ask `/v1` as every other caller does."""
