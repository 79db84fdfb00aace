"""What a truck may use of the streets, and how fast: limits, speeds, and ways through them."""
