"""Letters: what institutions and the department are told, how it leaves, and what was said already."""
