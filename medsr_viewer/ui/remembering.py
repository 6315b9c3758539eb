"""Choices that outlive the window."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from medsr_viewer.ui.contents import default_contents
from medsr_viewer.ui.display.layouts import LAYOUTS
from medsr_viewer.ui.display.sampling import Interpolation
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.ui.state import Choices, State, View
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import SCALE_FACTORS


def remembered_choices(preferences: Preferences, catalogue: Catalogue) -> Choices:
    """Return the choices to start with: the scale factor of the last time."""
    found = preferences.text("scale", "")
    scale = next((factor for factor in SCALE_FACTORS if str(factor) == found), Choices.scale_factor)
    return Choices(scale_factor=scale, contents=default_contents(catalogue, scale))


def remembered_view(preferences: Preferences) -> View:
    """Return the view to start with: the arrangement and interpolation of the last time."""
    view = View()
    layout = next((name for name in LAYOUTS if name == preferences.text("layout", "")), view.layout)
    names = get_args(Interpolation)
    interpolation = next((name for name in names if name == preferences.text("interpolation", "")), view.interpolation)
    return replace(view, layout=layout, interpolation=interpolation)


def remember(preferences: Preferences, state: State) -> None:
    """Keep for the next time what was chosen."""
    preferences.set_text("scale", str(state.choices.scale_factor))
    preferences.set_text("layout", state.view.layout)
    preferences.set_text("interpolation", state.view.interpolation)
