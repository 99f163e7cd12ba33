"""Stored deliveries judged anew by other rules, date by date."""
