"""Setting up surveys, and seeing to them: what the coordinator does. Method names show in the making alone."""
