"""An installation: its settings, its home opened, its engines, and how it keeps files whole."""
