"""A labelled figure of a comparison's panels, as a PNG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from medsr_viewer.imaging.frame import FloatArray, Frame
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.imaging.windowing import apply_voi
from medsr_viewer.workflows.compare import Comparison
from medsr_viewer.workflows.files import write_whole

PANEL_SIDE = 512
GAP = 8
LABEL_HEIGHT = 44
FONT_SIZE = 15
BACKGROUND, INK = (24, 24, 27), (235, 235, 235)
DISCLAIMER = "Upscaled pixels: research use only"


def write_figure(path: Path, comparison: Comparison, captions: dict[str, str]) -> None:
    """Write the panels in a row grid, each with its label.

    Parameters
    ----------
    path : Path
        A ``.png`` file.
    comparison : Comparison
        Gray images are shown through the frame's first window, colour as stored.
    captions : dict
        Second line of a panel's label (its scores, say) by its name: ``reference``, ``degraded`` or a method's.

    Raises
    ------
    CannotWrite
        If the file cannot be written.
    """
    panels = [(label, captions.get(key, ""), _shown(comparison, pixels)) for key, label, pixels in _panels(comparison)]
    figure = _compose(panels)
    text = PngImagePlugin.PngInfo()
    text.add_text("Description", f"MedSR Viewer comparison x{comparison.request.scale_factor}. {DISCLAIMER}.")
    write_whole(path, lambda temporary: figure.save(temporary, format="PNG", pnginfo=text))


def _panels(comparison: Comparison) -> list[tuple[str, str, FloatArray]]:
    prepared, scale = comparison.prepared, comparison.request.scale_factor
    nearest = enlarge(prepared.degraded, scale, "nearest")
    panels = [("degraded", f"degraded x1/{scale} (shown by nearest)", nearest)]
    if prepared.reference is None:
        panels = [("degraded", "input (shown by nearest)", nearest)]
    else:
        panels.insert(0, ("reference", "reference", prepared.reference))
    for result in comparison.results:
        if result.upscaled:
            label = f"{result.method} x{scale} ({result.upscaled.precision})"
            panels.append((result.method, f"{label} - {DISCLAIMER}", result.upscaled.pixels))
    return panels


def _shown(comparison: Comparison, pixels: FloatArray) -> Image.Image:
    gray = display_gray(comparison.request.frame, pixels)
    image = Image.fromarray((gray * 255 + 0.5).astype(np.uint8))
    if max(image.size) > PANEL_SIDE:
        image.thumbnail((PANEL_SIDE, PANEL_SIDE), Image.Resampling.BOX)
    return image.convert("RGB")


def display_gray(frame: Frame, pixels: FloatArray) -> FloatArray:
    """Return pixels as the frame's first window shows them, in [0, 1], inverted where the frame is."""
    if pixels.ndim == 3:
        colour: FloatArray = np.clip(pixels / np.float32(frame.stored_maximum or frame.value_range[1] or 1.0), 0, 1)
        return colour
    shown = apply_voi(pixels, frame.vois[0])
    return 1 - shown if frame.inverted else shown


def _compose(panels: list[tuple[str, str, Image.Image]]) -> Image.Image:
    columns = min(3, len(panels))
    width = max(PANEL_SIDE // 2, *(image.width for _, _, image in panels)) + GAP
    height = max(image.height for _, _, image in panels) + LABEL_HEIGHT + GAP
    rows = -(-len(panels) // columns)
    figure = Image.new("RGB", (columns * width + GAP, rows * height + GAP), BACKGROUND)
    draw, font = ImageDraw.Draw(figure), ImageFont.load_default(FONT_SIZE)
    for index, (label, caption, image) in enumerate(panels):
        left, top = GAP + index % columns * width, GAP + index // columns * height
        draw.text((left, top), _fit(draw, label, font, width - GAP), INK, font)
        draw.text((left, top + FONT_SIZE + 4), _fit(draw, caption, font, width - GAP), INK, font)
        figure.paste(image, (left, top + LABEL_HEIGHT))
    return figure


def _fit(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, width: int) -> str:
    while text and draw.textlength(text, font) > width:
        text = text[:-4] + "..."
        if len(text) < 8:
            break
    return text
