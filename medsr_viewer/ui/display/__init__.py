"""The panels: what they paint, how they are laid out, and the view that they share."""
