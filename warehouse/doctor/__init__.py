"""What is checked of a running installation: each check says how things are and what to do."""
