"""An invented day of trucks on the schematic, whose truth is known: what the checker is measured with."""
