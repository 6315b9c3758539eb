"""Every action of the window: its text, its keys, its menu. Menus, shortcuts and the list of keys come from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

PRESET_COUNT = 9


@dataclass(frozen=True)
class Spec:
    """One action.

    Parameters
    ----------
    name : str
        For the program.
    menu : str
        The menu that it is in.
    text : str
        What the user reads.
    keys : tuple of str
        Its shortcuts, the first one shown in the menu.
    checkable : bool
        Whether it is a switch.
    on_panels : bool
        Whether its keys hold only while a panel has the focus: lists need them elsewhere.
    starts_group : bool
        Whether a line stands above it in the menu.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    checkable: bool = False
    on_panels: bool = False
    starts_group: bool = False


def _panel(name: str, text: str, *keys: str) -> Spec:
    return Spec(name, "Navigate", text, keys, on_panels=True)


SPECS: tuple[Spec, ...] = (
    Spec("open-files", "File", "Open files …", ("Ctrl+O",)),
    Spec("open-folder", "File", "Open folder …", ("Ctrl+Shift+O",)),
    Spec("open-sample", "File", "Open the sample", ("Ctrl+Shift+E",)),
    Spec("save-figure", "File", "Save figure …", ("Ctrl+S",), starts_group=True),
    Spec("copy-scores", "File", "Copy scores", ("Ctrl+Shift+C",)),
    Spec("copy-profile", "File", "Copy line profile", ("Ctrl+Shift+P",)),
    Spec("quit", "File", "Quit", ("Ctrl+Q",), starts_group=True),
    Spec("mode", "Compare", "Switch between Test and Enhance", ("M",)),
    Spec("smaller-scale", "Compare", "Smaller scale factor", ("[",)),
    Spec("larger-scale", "Compare", "Larger scale factor", ("]",)),
    Spec("error-map", "Compare", "Error maps", ("E",), checkable=True, starts_group=True),
    Spec("smaller-errors", "Compare", "Error colours: show smaller errors", (",",)),
    Spec("larger-errors", "Compare", "Error colours: show only larger errors", (".",)),
    Spec("similarity-map", "Compare", "SSIM maps", ("Shift+E",), checkable=True),
    Spec("roi", "Compare", "Draw a region to score", ("R",), checkable=True, starts_group=True),
    Spec("score-visible", "Compare", "Score the visible region", ("V",), checkable=True),
    Spec("score-window", "Compare", "Score what the window shows", ("Shift+V",), checkable=True),
    Spec("profile", "Compare", "Draw a line and plot the values along it", ("P",), checkable=True),
    Spec("more-faithful", "Compare", "Blend: more faithful", ("Alt+Left",), starts_group=True),
    Spec("sharper", "Compare", "Blend: sharper", ("Alt+Right",)),
    Spec("compute-again", "Compare", "Compute again what was cancelled", ("F5", "Ctrl+R"), starts_group=True),
    Spec("escape", "Compare", "Cancel; then dismiss messages; then clear what is drawn; then reset the view", ("Esc",)),
    Spec("add-panel", "View", "Add a panel", ("Ctrl+T",)),
    Spec("remove-panel", "View", "Remove the last panel", ("Ctrl+W",)),
    Spec("link", "View", "Link panels", ("S",), checkable=True, starts_group=True),
    Spec("overlays", "View", "Texts over the images", ("Shift+I",), checkable=True),
    Spec("fit", "View", "Fit", ("Ctrl+0",), starts_group=True),
    Spec("one-to-one", "View", "One to one", ("Ctrl+1",)),
    Spec("zoom-in", "View", "Zoom in", ("+", "=", "Ctrl++")),
    Spec("zoom-out", "View", "Zoom out", ("-", "Ctrl+-")),
    Spec("scores", "View", "Table of scores", ("F4",), checkable=True, starts_group=True),
    Spec("series", "View", "List of series", ("F3",), checkable=True),
    Spec("light", "View", "Light colours", ("Ctrl+Shift+L",), checkable=True),
    Spec("full-screen", "View", "Full screen", ("F11",), checkable=True),
    Spec("invert", "Window", "Invert", ("I",), checkable=True),
    Spec("auto-window", "Window", "Automatic window: the range of nearly all values", ("0",), starts_group=True),
    Spec("own-window", "Window", "The file's own window", ("`", "~")),
    *(Spec(f"preset-{n}", "Window", f"Preset {n}", (str(n),)) for n in range(1, PRESET_COUNT + 1)),
    _panel("next-image", "Next image", "Down"),
    _panel("previous-image", "Previous image", "Up"),
    _panel("forward", "Ten images on", "Shift+Down"),
    _panel("back", "Ten images back", "Shift+Up"),
    _panel("first-image", "First image", "Home"),
    _panel("last-image", "Last image", "End"),
    Spec("play", "Navigate", "Play the images", ("C",), checkable=True, starts_group=True),
    Spec("faster", "Navigate", "Play faster", ("Ctrl+Right",)),
    Spec("slower", "Navigate", "Play slower", ("Ctrl+Left",)),
    Spec("next-series", "Navigate", "Next series", ("PgDown",), starts_group=True),
    Spec("previous-series", "Navigate", "Previous series", ("PgUp",)),
    Spec("new-survey", "Survey", "New survey …", ("Ctrl+N",)),
    Spec("quick-survey", "Survey", "Quick survey of the open images …", ("Ctrl+Shift+N",)),
    Spec("rate", "Survey", "Rate …", ("Ctrl+Shift+R",), starts_group=True),
    Spec("survey-results", "Survey", "Survey status and results …", ("F6",)),
    Spec("example-survey", "Survey", "Example survey …", starts_group=True),
    Spec("guide", "Help", "User guide", ("F2",)),
    Spec("keys", "Help", "Keys", ("?", "F1")),
    Spec("models", "Help", "Models"),
    Spec("rescan", "Help", "Rescan models", ("Ctrl+F5",)),
    Spec("about", "Help", "About MedSR Viewer"),
)

OTHER_KEYS: tuple[tuple[str, str], ...] = (
    ("Space (hold)", "Show the reference in every panel; in Enhance the input"),
    ("Tab, Shift+Tab", "Next panel, previous panel"),
    ("Alt+Down", "Choose what the focused panel shows"),
    ("Left drag", "Window: right and left change the width, up and down the level; with Ctrl finer"),
    ("Left drag on a map of errors", "The largest error told apart: left shows smaller errors"),
    ("Middle drag, Ctrl+left drag", "Pan"),
    ("Right drag, Shift+left drag", "Zoom"),
    ("Wheel", "Next and previous image; zoom where there is one image"),
    ("Ctrl+wheel", "Zoom at the cursor"),
    ("Double click", "One panel alone, and back"),
    ("Right click, Menu key", "Context menu"),
)
"""Keys and gestures that are no actions, for the list of keys."""

Actions = dict[str, QAction]


def build_actions(window: QWidget, panels: QWidget, handlers: Mapping[str, Callable[..., object]]) -> Actions:
    """Build the actions.

    Parameters
    ----------
    window, panels : QWidget
        Where the shortcuts hold.
    handlers : mapping
        Name of an action to what it does; a switch's takes whether it is on.
    """
    actions = {}
    for spec in SPECS:
        action = QAction(spec.text, window)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setCheckable(spec.checkable)
        if spec.on_panels:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            panels.addAction(action)
        else:
            window.addAction(action)
        if spec.checkable:
            action.toggled.connect(handlers[spec.name])
        else:
            action.triggered.connect(partial(_act, handlers[spec.name]))
        if spec.keys:
            action.setToolTip(f"{spec.text} ({spec.keys[0]})")
        actions[spec.name] = action
    return actions


def _act(handler: Callable[[], object], _checked: bool = False) -> None:
    handler()


def check(action: QAction, on: bool) -> None:
    """Show a switch as on or off without acting on it."""
    action.blockSignals(True)
    action.setChecked(on)
    action.blockSignals(False)
