"""Networks, their weights and their model cards."""
