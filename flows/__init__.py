"""The scheduled jobs and the command line."""
