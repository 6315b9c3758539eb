"""A labelled figure of a comparison's panels, as a PNG."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from medsr_viewer.imaging.frame import FULL_RANGE, FloatArray, Frame, Window
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.imaging.windowing import apply_voi
from medsr_viewer.whole_files import write_whole
from medsr_viewer.workflows.captions import REFERENCE_TITLE, RESEARCH_USE, input_caption, upscaled_caption
from medsr_viewer.workflows.compare import Comparison
from medsr_viewer.workflows.weights import network_caption

PANEL_SIDE = 512
GAP = 12
FONT_SIZE = 15
LINE = FONT_SIZE + 5
BACKGROUND, INK, DIM, WARNING = (24, 24, 27), (235, 235, 235), (170, 170, 175), (250, 190, 90)
DISCLAIMER = f"Upscaled pixels: {RESEARCH_USE}"

# What the font of the figure has no letters for.
_IN_FONT = str.maketrans({"×": "x", "÷": "x1/"})

_Font = ImageFont.ImageFont | ImageFont.FreeTypeFont
_Colour = tuple[int, int, int]


@dataclass(frozen=True)
class _Panel:
    """A picture and the lines above it: what it is, how it scored, and, where it is upscaled, the disclaimer."""

    lines: tuple[tuple[str, _Colour], ...]
    image: Image.Image


def write_figure(path: Path, comparison: Comparison, captions: Mapping[str, str], heading: Sequence[str] = ()) -> None:
    """Write the panels in a grid, each below its label.

    Parameters
    ----------
    path : Path
        A ``.png`` file.
    comparison : Comparison
        Gray images are shown through the frame's first window, colour as stored. Small images are enlarged by whole
        pixels, large ones reduced to 512 pixels.
    captions : mapping
        Second line of a panel's label (its scores, say) by its name: ``reference``, ``degraded`` or a method's.
    heading : sequence of str
        Lines above the panels; what the panels are shown through is added.

    Raises
    ------
    CannotWrite
        If the file cannot be written.
    """
    panels, frame = _panels(comparison, captions), comparison.request.frame
    networks = [f"{caption.translate(_IN_FONT)}." for caption in _network_captions(comparison)]
    figure = _compose(panels, [*heading, *networks, f"{_shown_through(frame)}{_size_note(frame)}"])
    text = PngImagePlugin.PngInfo()
    about = [f"MedSR Viewer comparison x{comparison.request.scale_factor}.", *networks, f"{DISCLAIMER}."]
    text.add_text("Description", " ".join(about))
    write_whole(path, lambda file: figure.save(file, format="PNG", pnginfo=text))


def display_gray(frame: Frame, pixels: FloatArray) -> FloatArray:
    """Return pixels as the frame's first window shows them, in [0, 1], inverted where the frame is."""
    if pixels.ndim == 3:
        colour: FloatArray = np.clip(pixels / np.float32(frame.stored_maximum or frame.value_range[1] or 1.0), 0, 1)
        return colour
    shown = apply_voi(pixels, frame.vois[0])
    return 1 - shown if frame.inverted else shown


def _panels(comparison: Comparison, captions: Mapping[str, str]) -> list[_Panel]:
    prepared, request = comparison.prepared, comparison.request
    scale, frame = request.scale_factor, request.frame
    panels = []

    def add(key: str, title: str, pixels: FloatArray, warning: str = "") -> None:
        texts = (title.translate(_IN_FONT), captions.get(key, ""), warning)
        lines = tuple(zip(texts, (INK, DIM, WARNING), strict=True))
        panels.append(_Panel(lines, _picture(display_gray(frame, pixels))))

    if prepared.reference is not None:
        add("reference", REFERENCE_TITLE, prepared.reference)
    name = input_caption(request.mode, scale, prepared.degraded.shape)
    add("degraded", f"{name}, pixels enlarged ×{scale}", enlarge(prepared.degraded, scale, "nearest"))
    for method, result in zip(request.methods, comparison.results, strict=True):
        if result.upscaled:
            title = upscaled_caption(method, scale, result.upscaled.precision)
            add(result.method, title, result.upscaled.pixels, DISCLAIMER)
    return panels


def _network_captions(comparison: Comparison) -> list[str]:
    cards = [result.upscaled.card for result in comparison.results if result.upscaled]
    return [caption for card in cards if card is not None and (caption := network_caption(card))]


def _picture(levels: FloatArray) -> Image.Image:
    image = Image.fromarray((levels * 255 + 0.5).astype(np.uint8)).convert("RGB")
    zoom = PANEL_SIDE // max(image.size)
    if zoom >= 1:
        return image.resize((image.width * zoom, image.height * zoom), Image.Resampling.NEAREST)
    image.thumbnail((PANEL_SIDE, PANEL_SIDE), Image.Resampling.BOX)
    return image


def _shown_through(frame: Frame) -> str:
    voi = frame.vois[0]
    polarity = ", smallest value white" if frame.inverted else ""
    if frame.is_colour:
        return "Shown as stored."
    if not isinstance(voi, Window):
        return f"Shown through the VOI LUT {voi.name}".rstrip() + f"{polarity}."
    limits = f"center {voi.center:g}, width {voi.width:g} {frame.unit}".rstrip()
    name = "the full range" if voi.name == FULL_RANGE else "the window"
    return f"Shown through {name}: {limits}{polarity}."


def _size_note(frame: Frame) -> str:
    side = max(frame.shape[:2])
    if side > PANEL_SIDE:
        return f" Reduced to {PANEL_SIDE / side:.0%} by averaging: fine differences are lost."
    return f" Pixels enlarged x{PANEL_SIDE // side} to squares." if PANEL_SIDE // side > 1 else ""


def _compose(panels: Sequence[_Panel], heading: Sequence[str]) -> Image.Image:
    font = ImageFont.load_default(FONT_SIZE)
    texts = [text for panel in panels for text, _ in panel.lines]
    cell = max(*(panel.image.width for panel in panels), *(_width(text, font) for text in texts)) + GAP
    columns = 2 if len(panels) == 4 else min(3, len(panels))
    width = max(columns * cell + GAP, 2 * PANEL_SIDE)
    lines = [line for text in heading for line in _wrap(text, font, width - 2 * GAP)]
    label = LINE * len(panels[0].lines) + 4
    row = max(panel.image.height for panel in panels) + label + GAP
    top = GAP + LINE * len(lines) + GAP
    figure = Image.new("RGB", (width, top + row * -(-len(panels) // columns)), BACKGROUND)
    draw = ImageDraw.Draw(figure)
    for index, line in enumerate(lines):
        draw.text((GAP, GAP + index * LINE), line, INK if index == 0 else DIM, font)
    for index, panel in enumerate(panels):
        x, y = GAP + index % columns * cell, top + index // columns * row
        for number, (text, colour) in enumerate(panel.lines):
            draw.text((x, y + number * LINE), text, colour, font)
        figure.paste(panel.image, (x, y + label))
    return figure


def _wrap(text: str, font: _Font, width: int) -> list[str]:
    """Break a text into lines that fit, with a tenth to spare for wide characters."""
    if _width(text, font) <= width:
        return [text]
    return textwrap.wrap(text, max(1, width * len(text) // (_width(text, font) * 11 // 10 + 1)))


def _width(text: str, font: _Font) -> int:
    return -int(-font.getlength(text) // 1)
