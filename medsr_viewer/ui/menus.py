"""Menus from the table of actions, and switches that follow the state."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from medsr_viewer.ui.actions import PRESET_COUNT, SPECS, Actions, check
from medsr_viewer.ui.cine import Cine
from medsr_viewer.ui.contents import is_error, sharpness_of
from medsr_viewer.ui.controller import Controller
from medsr_viewer.ui.scoring import describe_voi

_CONTEXT = (
    ("fit", "one-to-one", "zoom-in", "zoom-out"),
    ("invert", "auto-window", "own-window", *(f"preset-{number}" for number in range(1, PRESET_COUNT + 1))),
    ("error-map", "similarity-map", "roi", "profile", "link", "overlays"),
    ("save-figure", "copy-scores", "keys"),
)


def build_menus(bar: QMenuBar, actions: Actions) -> dict[str, QMenu]:
    """Fill the menu bar; return the menus by name."""
    menus: dict[str, QMenu] = {}
    for spec in SPECS:
        if spec.menu not in menus:
            menus[spec.menu] = bar.addMenu(f"&{spec.menu}" if spec.menu != "Window" else "&Window level")
        if spec.starts_group:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(actions[spec.name])
    return menus


def context_menu(actions: Actions, parent: QWidget) -> QMenu:
    """Return the menu of a right click on a panel."""
    menu = QMenu(parent)
    for group in _CONTEXT:
        menu.addActions([actions[name] for name in group])
        menu.addSeparator()
    return menu


class ActionSync(QObject):
    """Keeps switches and the presets' texts in step with the state.

    Parameters
    ----------
    actions : dict
        The window's.
    controller : Controller
        Knows the state.
    cine : Cine
        Knows whether there is anything to play.
    parent : QObject, optional
        Owner.
    """

    def __init__(self, actions: Actions, controller: Controller, cine: Cine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions, self._controller, self._cine = actions, controller, cine
        state = controller.state
        for signal in (state.choices_changed, state.view_changed, state.measuring_changed, state.image_changed):
            signal.connect(self.refresh)
        state.playing_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is in force."""
        state, actions = self._controller.state, self._actions
        switches = {
            "error-map": self._controller.shown_maps == "error",
            "similarity-map": self._controller.shown_maps == "ssim",
            "roi": state.measuring.draws == "region",
            "profile": state.measuring.draws == "line",
            "score-visible": state.measuring.region_mode == "visible",
            "score-window": state.measuring.range_mode == "window",
            "play": state.is_playing,
            "link": state.view.linked,
            "overlays": state.view.overlays,
            "invert": state.view.inverted,
        }
        for name, on in switches.items():
            check(actions[name], on)
        in_test = state.choices.mode == "test"
        for name in ("smaller-errors", "larger-errors"):
            actions[name].setEnabled(any(is_error(content) for content in state.choices.contents))
        for name in ("error-map", "similarity-map", "roi", "score-visible", "score-window"):
            actions[name].setEnabled(in_test)
        for name in ("more-faithful", "sharper"):
            actions[name].setEnabled(any(sharpness_of(content) is not None for content in state.choices.contents))
        actions["compute-again"].setEnabled(state.image is not None)
        obstacle = self._cine.obstacle
        text = "Pause playing" if state.is_playing else "Play the images"
        actions["play"].setText(f"{text}: {obstacle}" if obstacle else text)
        for name in ("play", "faster", "slower"):
            actions[name].setEnabled(not obstacle)
        self._name_windows()

    def _name_windows(self) -> None:
        image, presets = self._controller.state.image, self._controller.presets()
        own = image.frame.vois if image is not None else ()
        for number in range(1, PRESET_COUNT + 1):
            action = self._actions[f"preset-{number}"]
            action.setVisible(number <= len(presets))
            if number <= len(presets):
                voi = presets[number - 1]
                whose = "The file's" if any(voi is one for one in own) else "Preset:"
                action.setText(f"{whose} {describe_voi(voi)}")
        which = f": {describe_voi(own[0])}" if len(own) == 1 else f": the next of {len(own)}" if own else ""
        self._actions["own-window"].setText(f"The file's own window{which}")
        self._actions["own-window"].setEnabled(bool(own))
        self._actions["auto-window"].setEnabled(image is not None and not image.frame.is_colour)
