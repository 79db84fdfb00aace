"""From files of GPS fixes to leads."""
