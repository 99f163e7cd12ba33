"""The shape of what cannot be made again, numbered; how one number is brought to another."""
