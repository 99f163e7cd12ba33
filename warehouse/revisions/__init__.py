"""Why figures changed between two states of knowledge, in parts that add up."""
