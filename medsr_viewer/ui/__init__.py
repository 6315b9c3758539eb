"""Everything Qt: the window, its state, and the work that runs behind it."""
