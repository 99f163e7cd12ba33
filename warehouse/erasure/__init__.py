"""Erasure of a person's identity, and the end of retention periods: found, written down, destroyed, attested."""
