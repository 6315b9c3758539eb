"""The report of a closed survey: one page, the same as PDF, tables, JSON, and text for a paper."""
