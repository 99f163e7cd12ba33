"""The sender's own workbook, marked: what is wrong, where, and what was probably meant."""
