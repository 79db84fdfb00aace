"""May this trip be made, and if not, what instead?"""
