"""Backups: what cannot be made again, kept in a plain folder; everything else is rebuilt from it."""
