"""The contract of a submission."""
