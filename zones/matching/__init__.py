"""Map matching: which streets a drive took, and how sure that is (Newson & Krumm 2009)."""
