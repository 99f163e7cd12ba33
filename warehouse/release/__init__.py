"""What a release looks like: its extracts, workbook, report and proof."""
