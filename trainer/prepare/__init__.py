"""Making data folders for training out of DICOM studies and raster images: `medsr-train prepare`.

The one part of the trainer that reads DICOM, through `medsr_viewer.imaging`. Nothing here imports torch.
"""
