"""Use cases, one plain function each, called by the window and by the command line alike."""
