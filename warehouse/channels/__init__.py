"""Channels: where deliveries come from. A new kind is one file beside these, and a line of `opening`."""
