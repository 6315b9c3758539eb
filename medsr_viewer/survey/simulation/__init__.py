"""Simulated observers with known scale values, to test the whole chain with. Shares no code with the statistics."""
