"""Leads: found by runs, looked at, confirmed or dismissed by people; violations are what was confirmed."""
