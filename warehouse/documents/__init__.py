"""The order's own documents: the monitoring report of a release, a page for each headmaster."""
