"""How close an upscaled image is to its reference: PSNR, SSIM, MS-SSIM, UQI, error maps. Arrays in, numbers out."""
