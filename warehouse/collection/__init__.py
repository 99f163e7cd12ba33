"""A collection under way: who is expected, who has sent, what looks wrong."""
