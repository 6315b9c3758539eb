"""Keys of the rating mode."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from medsr_viewer.survey.design import Design, Question
from medsr_viewer.survey.scales import scale_of
from medsr_viewer.ui.survey.shared_window import PRESETS


class Action(NamedTuple):
    """What a key asks for."""

    name: str
    value: int = 0


_PLAIN = {
    Qt.Key.Key_Return: Action("next"),
    Qt.Key.Key_Enter: Action("next"),
    Qt.Key.Key_Backspace: Action("back"),
    Qt.Key.Key_Escape: Action("pause"),
    Qt.Key.Key_Left: Action("move", -1),
    Qt.Key.Key_Right: Action("move", 1),
    Qt.Key.Key_Up: Action("question", -1),
    Qt.Key.Key_Down: Action("question", 1),
}
_WITH_CONTROL = {Qt.Key.Key_0: Action("fit"), Qt.Key.Key_1: Action("pixels")}
_ZOOM = {Qt.Key.Key_Plus: Action("zoom", 1), Qt.Key.Key_Equal: Action("zoom", 1), Qt.Key.Key_Minus: Action("zoom", -1)}
_WITH_SHIFT = {
    Qt.Key.Key_Left: Action("across", -1),
    Qt.Key.Key_Right: Action("across", 1),
    Qt.Key.Key_Up: Action("down", -1),
    Qt.Key.Key_Down: Action("down", 1),
}
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
"""What makes a digit a command to the system; with Shift it stays one: French keyboards need it."""
REPEATED = frozenset({"zoom", "across", "down"})
"""Actions that go on while a key is held down; all others happen once."""


def key_of(event: QKeyEvent) -> Action | None:
    """Return what a key asks for; None for a key without a meaning here.

    1 to 9 answer, Alt with a digit chooses a window, Ctrl+0 fits, Ctrl+1 shows pixel by pixel, + and - zoom (whatever
    else a keyboard needs for them), Shift with an arrow looks at what lies there.
    """
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key, digit = Qt.Key(event.key()), event.key() - Qt.Key.Key_0
    if modifiers == Qt.KeyboardModifier.AltModifier:
        return Action("preset", digit - 1) if 1 <= digit <= len(PRESETS) else None
    if key in _ZOOM:
        return _ZOOM[key]
    if modifiers == Qt.KeyboardModifier.ShiftModifier and key in _WITH_SHIFT:
        return _WITH_SHIFT[key]
    if modifiers == Qt.KeyboardModifier.ControlModifier:
        return _WITH_CONTROL.get(key)
    if 1 <= digit <= 9 and not modifiers & _COMMANDS:
        return Action("choose", digit)
    return _PLAIN.get(key) if not modifiers else None


def key_help(design: Design, question: Question | None = None) -> str:
    """Return the lines that name the keys of a design, as rich text.

    Parameters
    ----------
    design : Design
        Complete.
    question : Question, optional
        That is being answered: the keys of its own scale; left out: those of the longest.
    """
    sitting = design.sitting
    lines = []
    if design.protocol == "pairs":
        lines.append(f"{_key('1')} {_key('2')} or {_key('Left')} {_key('Right')} choose")
    else:
        best = max(scale_of(one).best for one in ([question] if question else design.questions))
        lines.append(f"{_key('1')} to {_key(str(best))} rate")
    lines[0] += f", {_key('Enter')} next"
    if design.protocol == "queens":
        lines.append(f"{_key('Tab')} {_key('Left')} {_key('Right')} or click: image")
    if len(design.questions) > 1:
        lines.append(f"{_key('Up')} {_key('Down')} question")
    lines.append((f"{_key('Backspace')} last answer, " if sitting.back else "") + f"{_key('Esc')} pause")
    return "<br>".join(lines)


def mouse_help(design: Design) -> str:
    """Return the lines that tell how a design lets observers look closer, as rich text; "" for nothing."""
    sitting, lines = design.sitting, []
    if sitting.window:
        lines.append(f"Left drag or {_key('Alt+2')} to {_key('Alt+5')}: window, {_key('Alt+1')} the study's")
    if sitting.zoom:
        lines.append(f"Wheel or {_key('+')} {_key('-')}: zoom, {_key('Ctrl+0')} fit")
        lines.append(f"Middle drag or {_key('Shift')} with arrows: move")
    return "<br>".join(lines)


def _key(name: str) -> str:
    return f"<b>{name}</b>"
