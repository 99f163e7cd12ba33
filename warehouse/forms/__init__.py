"""The official forms of one institution, made from its own vault rows: the only thing made of names."""
