"""Disclosure control: what leaves the department tells of no few people."""
