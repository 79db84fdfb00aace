"""What is allowed: notices as data, vehicles, hours, permits, and the verdict that follows from them."""
