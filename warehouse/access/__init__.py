"""Who may do what, under which keys, and the journal of who did."""
