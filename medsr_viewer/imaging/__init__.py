"""What an image is: reading DICOM and raster files, grouping, windowing, resampling, degrading. No torch, no Qt."""
