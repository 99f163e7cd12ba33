"""What would be: a file not submitted yet, rules not adopted yet."""
