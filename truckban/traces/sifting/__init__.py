"""One look at each row: of a whole province's fixes, those near one zone."""
