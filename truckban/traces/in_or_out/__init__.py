"""From drives to passages, each with the probability that the truck drove inside."""
