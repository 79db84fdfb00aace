"""How often the check accuses a lawful truck, and how many intrusions it finds: simulated truck-days with known truth."""
