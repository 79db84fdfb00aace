"""How names of enterprises are written: characters, the parts of a name, and what two names differ in."""
