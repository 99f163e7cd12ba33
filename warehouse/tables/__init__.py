"""Every table, index and view of the warehouse."""
