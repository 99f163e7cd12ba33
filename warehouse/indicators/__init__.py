"""Indicators: what is counted, over which scopes, as of any date and any knowledge."""
