"""The rating window: one observer, one trial at a time, and nothing that tells what it shows."""
