"""The registry of source enterprises as people and programs reach it."""
