"""Upscaling methods: interpolation and networks behind one call, tile by tile."""
