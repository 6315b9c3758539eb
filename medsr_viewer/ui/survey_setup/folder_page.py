"""Sixth step: where the survey is kept, and the passphrase that seals who saw what."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QLineEdit, QWidget

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_mistakes import Mistake
from medsr_viewer.ui.survey_setup.folder_field import FolderField
from medsr_viewer.ui.survey_setup.wizard_page import WizardPage

WARNING = (
    "The passphrase is the only way to learn afterwards which image was made by which method. It is not stored. "
    "Nobody can recover it: not you, not the program's makers. Write it down and keep it where observers cannot see it."
)


class FolderPage(WizardPage):
    """Folder, shared database, passphrase twice.

    Parameters
    ----------
    folder : Path
        To begin with.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "Folder and passphrase",
            "The folder holds everything that rating needs. It must be new; its name must name no method.",
        )
        self.folder = FolderField("Folder of the survey")
        self.folder.path = folder
        self.store = QLineEdit()
        self.store.setPlaceholderText("none: the answers are kept in the folder")
        self.store.setToolTip("postgresql+psycopg://user@host/database, without the password")
        self.passphrase, self.again = QLineEdit(), QLineEdit()
        self.shown = QCheckBox("Show what is typed")
        warning = QLabel(WARNING)
        warning.setWordWrap(True)
        form = QFormLayout()
        self.add_row(form, "&Folder", self.folder, "folder")
        self.add_row(form, "Shared &database", self.store, "store")
        form.addRow("", warning)
        self.add_row(form, "&Passphrase", self.passphrase, "passphrase")
        self.add_row(form, "The same a&gain", self.again, "passphrase.again")
        form.addRow("", self.shown)
        self.column.addLayout(form)
        self.column.addStretch(1)
        self._hide(shown=False)
        self.shown.toggled.connect(lambda on: self._hide(shown=on))
        self.folder.changed.connect(self.changed)
        for line in (self.store, self.passphrase, self.again):
            line.textChanged.connect(self.changed)

    def show_design(self, _design: Design) -> None:
        """Leave the fields: a design says nothing of them."""

    def design_from(self, design: Design) -> Design:
        """Return the design as it is."""
        return design

    def own_mistakes(self, _design: Design) -> list[Mistake]:
        """Return what is wrong with the folder, the database and the passphrase."""
        mistakes = [*folder_mistakes(self.folder.path)]
        if "://" not in self.store.text() and self.store.text().strip():
            mistakes.append(
                Mistake("store", "is no address of a database", "allowed: postgresql+psycopg://user@host/database")
            )
        if not self.passphrase.text():
            mistakes.append(Mistake("passphrase", "is missing", "allowed: any text that you can keep"))
        elif self.passphrase.text() != self.again.text():
            mistakes.append(Mistake("passphrase.again", "is another one", "allowed: the same passphrase, typed again"))
        return mistakes

    def first_field(self) -> QWidget:
        """Return the folder while it is unfit, else the passphrase."""
        return self.folder if folder_mistakes(self.folder.path) else self.passphrase

    def _hide(self, *, shown: bool) -> None:
        for line in (self.passphrase, self.again):
            line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)


def folder_mistakes(path: Path | None) -> list[Mistake]:
    """Return why a survey cannot be made in a folder."""
    if path is None:
        return [Mistake("folder", "is missing", "allowed: a new folder")]
    if not path.is_absolute():
        return [Mistake("folder", "is no whole path", "allowed: the path from the root on")]
    try:
        is_taken = path.exists() and (not path.is_dir() or any(path.iterdir()))
    except OSError as exc:
        return [Mistake("folder", f"cannot be read: {exc.strerror}", "allowed: a new folder that may be written")]
    return [Mistake("folder", "holds something already", "allowed: a new or an empty folder")] if is_taken else []
