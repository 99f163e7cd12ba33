"""All that became known, in order: deliveries, decisions, and what is in force."""
