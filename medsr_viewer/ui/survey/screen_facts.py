"""What is known of the screen that a window is on."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QScreen

from medsr_viewer.survey.design import Screen


def screen_facts(screen: QScreen) -> dict[str, Any]:
    """Return the facts of a screen, as JSON has them.

    Parameters
    ----------
    screen : QScreen

    Returns
    -------
    dict
        width, height (physical pixels), scaling, depth (bits), rate (Hz), and width_mm, height_mm where known.
    """
    ratio, size, physical = screen.devicePixelRatio(), screen.size(), screen.physicalSize()
    facts: dict[str, Any] = {
        "width": round(size.width() * ratio),
        "height": round(size.height() * ratio),
        "scaling": ratio,
        "depth": screen.depth(),
        "rate": round(screen.refreshRate(), 2),
    }
    if physical.width() > 0 and physical.height() > 0:
        facts |= {"width_mm": round(physical.width()), "height_mm": round(physical.height())}
    return facts


def is_large_enough(facts: dict[str, Any], least: Screen) -> bool:
    """Whether a screen has the pixels that a design asks for, upright or on its side."""
    long, short = sorted((int(facts["width"]), int(facts["height"])), reverse=True)
    needed_long, needed_short = sorted((least.width, least.height), reverse=True)
    return long >= needed_long and short >= needed_short


def in_words(facts: dict[str, Any]) -> str:
    """Return resolution and size for the observer."""
    text = f"{facts['width']} \N{MULTIPLICATION SIGN} {facts['height']} pixels"
    if "width_mm" in facts:
        diagonal = (facts["width_mm"] ** 2 + facts["height_mm"] ** 2) ** 0.5 / 25.4
        text += f", {facts['width_mm']} \N{MULTIPLICATION SIGN} {facts['height_mm']} mm ({diagonal:.0f} inches)"
    else:
        text += ", physical size not known"
    return text
