"""What cannot be: repeated, jumping and frozen fixes, clocks and coordinates that are wrong; counted, and told apart."""
