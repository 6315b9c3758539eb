"""What the Help menu shows, each in a window of its own that stays beside the images."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from medsr_viewer import __version__
from medsr_viewer.errors import UnreadableFile
from medsr_viewer.settings import resource_folder
from medsr_viewer.ui.actions import Actions
from medsr_viewer.ui.failure import Failure, describe
from medsr_viewer.ui.guide_window import GuideWindow, read_guide
from medsr_viewer.ui.keys_dialog import KeysDialog
from medsr_viewer.ui.models_window import ModelsWindow
from medsr_viewer.ui.rescanning import Rescanning
from medsr_viewer.ui.state import State

_PACKAGES = ("PySide6-Essentials", "torch", "numpy", "pydicom", "scikit-image", "pyqtgraph", "opencv-python-headless")


class Helping(QObject):
    """Opens the windows of the Help menu; one that is open comes to the front.

    Parameters
    ----------
    window : QWidget
        Above which they stay.
    state : State
        The methods that there are.
    rescanning : Rescanning
        Looks for others.
    """

    failed = Signal(Failure)

    def __init__(self, window: QWidget, state: State, rescanning: Rescanning) -> None:
        super().__init__(window)
        self._window, self._state, self._rescanning = window, state, rescanning

    def handlers(self, actions: Callable[[], Actions]) -> dict[str, Callable[[], object]]:
        """Return what each action of the menu does; `actions` gives those that the list of keys shows."""
        return {
            "guide": self.show_guide,
            "keys": lambda: self._show(KeysDialog, lambda: KeysDialog(actions(), self._window)),
            "models": lambda: self._show(ModelsWindow, self._models_window),
            "rescan": self._rescanning.start,
            "about": self.tell_about,
        }

    def show_guide(self) -> None:
        """Show the user guide."""
        try:
            text = read_guide(resource_folder() / "guide" / "guide.md")
        except UnreadableFile as exc:
            self.failed.emit(describe(exc))
            return
        self._show(GuideWindow, lambda: GuideWindow(text, self._window))

    def tell_about(self) -> None:
        """Say what this is, and of what versions."""
        box = QMessageBox(self._window)
        box.setWindowTitle("About MedSR Viewer")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        box.setText(
            f"MedSR Viewer {__version__}\nCompares, scores and rates upscaled medical images.\n\n"
            "Research use only, not for diagnosis.\nApache License 2.0."
        )
        box.setInformativeText("\n".join(versions()))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _models_window(self) -> ModelsWindow:
        window = ModelsWindow(self._state.catalogue, self._window)
        window.rescan_wanted.connect(self._rescanning.start)
        self._rescanning.found.connect(window.set_catalogue)
        return window

    def _show(self, kind: type[QDialog], make: Callable[[], QDialog]) -> None:
        dialog = self._window.findChild(kind) or make()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()


def versions() -> list[str]:
    """Return the versions of Python, the system and the libraries, a line each. Imports none of them."""
    lines = [f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    for name in _PACKAGES:
        try:
            lines.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lines.append(f"{name} is missing")
    return lines
