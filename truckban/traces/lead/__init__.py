"""From passages to leads: the parts that a ban may be about, their verdicts, and what an officer needs to decide."""
