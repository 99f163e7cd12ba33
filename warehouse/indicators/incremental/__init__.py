"""The kept series of a packed lake: counts that new deliveries bring up to date without counting the rest anew."""
