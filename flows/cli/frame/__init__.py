"""What every command stands in: its edge, parameters, answers, the screen, progress."""
