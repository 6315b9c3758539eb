"""MedSR Viewer: compare, score and rate upscaled medical images. Research use only."""

__version__ = "0.1.0"
