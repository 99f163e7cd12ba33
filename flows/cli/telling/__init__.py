"""What commands tell: tables, words, entries for programs."""
