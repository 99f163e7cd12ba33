"""Findings of a collection: across submissions, and as lines for other programs."""
