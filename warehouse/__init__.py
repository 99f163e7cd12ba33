"""The keeping and counting of mentoring records."""
