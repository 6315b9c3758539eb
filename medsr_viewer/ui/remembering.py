"""Choices that outlive the window."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from medsr_viewer.ui.contents import (
    DEGRADED,
    REFERENCE,
    default_contents,
    method_of,
    possible_contents,
    unmet_wishes,
    with_wishes,
)
from medsr_viewer.ui.display.layouts import LAYOUTS
from medsr_viewer.ui.display.panel_wall import MAX_PANELS
from medsr_viewer.ui.display.sampling import Interpolation
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.ui.state import Choices, State, View
from medsr_viewer.upscaling.blends import USUAL_PERCENT
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import SCALE_FACTORS

_SEPARATOR = "|"


def remembered_choices(preferences: Preferences, catalogue: Catalogue) -> tuple[Choices, dict[int, str]]:
    """Return the choices to start with, and the wishes: scale factor and panels of the last time.

    What panels showed and does not exist any more is left out; maps are shown as the images that they are of.
    """
    found = preferences.text("scale", "")
    scale = next((factor for factor in SCALE_FACTORS if str(factor) == found), Choices.scale_factor)
    found_contents = preferences.text("contents", "").split(_SEPARATOR)
    wanted = tuple(key for key in found_contents if _is_known(key, catalogue))[:MAX_PANELS]
    wanted = wanted or default_contents(catalogue, scale)
    shown = possible_contents(wanted, catalogue, Choices.mode, scale)
    return Choices(scale_factor=scale, contents=shown), unmet_wishes(wanted, shown)


def remembered_sharpness(preferences: Preferences) -> int:
    """Return the position, in percent, at which a blend was shown the last time."""
    found = preferences.text("sharpness", "")
    return int(found) if found.isdecimal() and int(found) <= 100 else USUAL_PERCENT


def remembered_view(preferences: Preferences) -> View:
    """Return the view to start with: the arrangement and interpolation of the last time."""
    view = View()
    layout = next((name for name in LAYOUTS if name == preferences.text("layout", "")), view.layout)
    names = get_args(Interpolation)
    interpolation = next((name for name in names if name == preferences.text("interpolation", "")), view.interpolation)
    return replace(view, layout=layout, interpolation=interpolation)


def remember(preferences: Preferences, state: State) -> None:
    """Keep for the next time what was chosen, in the file at once."""
    choices = state.choices
    preferences.set_text("scale", str(choices.scale_factor))
    preferences.set_text("sharpness", str(state.sharpness))
    preferences.set_text("layout", state.view.layout)
    preferences.set_text("interpolation", state.view.interpolation)
    contents = tuple(method_of(key) or key for key in with_wishes(choices.contents, state.wishes))
    # The usual panels follow what there is: a model that comes tomorrow takes its place among them.
    is_usual = contents == default_contents(state.catalogue, choices.scale_factor)
    preferences.set_text("contents", "" if is_usual else _SEPARATOR.join(contents))
    preferences.write()


def _is_known(key: str, catalogue: Catalogue) -> bool:
    return key in (DEGRADED, REFERENCE) or any(catalogue.has(key, scale) for scale in SCALE_FACTORS)
