"""A person's word on a delivery: a held one confirmed, a warning explained."""
