"""What is looked at before a release: what blocks it, and what its reader should know."""
