"""Lineage: from a figure to the rows that made it, from a row to the figures it touched, and run events."""
