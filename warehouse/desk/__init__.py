"""The analyst's desk: questions in SQL to what an analyst may read, and nothing written."""
