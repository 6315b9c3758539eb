"""Training of the networks that the viewer offers."""
