"""Trips: may I drive this, and if not, when or which way?"""
