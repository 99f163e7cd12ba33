"""Who is one person: the clerk's queue of doubtful pairs, and the answers."""
