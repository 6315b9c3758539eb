"""Third step: what is done to every case."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from medsr_viewer.imaging.read import sample_path
from medsr_viewer.survey.design import REFERENCE, Condition, Design
from medsr_viewer.survey.design_mistakes import Mistake, wrong
from medsr_viewer.survey.enhanced_elsewhere import cases_without_file
from medsr_viewer.survey.protocols import PROTOCOLS
from medsr_viewer.ui.survey_setup.condition_names import condition_of_folder, condition_of_method
from medsr_viewer.ui.survey_setup.condition_table import ConditionTable
from medsr_viewer.ui.survey_setup.method_list import MethodList
from medsr_viewer.ui.survey_setup.wizard_fields import entry_of
from medsr_viewer.ui.survey_setup.wizard_page import WizardPage
from medsr_viewer.upscaling.blends import blend_of
from medsr_viewer.upscaling.catalogue import Catalogue

_NO_REFERENCE = "Hidden reference: there is none where the cases themselves are enhanced"
_LABELLED = "Hidden reference: there is none where the original itself is shown, with its label"
_WITH_REFERENCE = "Hidden reference: the undegraded image is rated too, without a label"


class ConditionsPage(WizardPage):
    """Methods to tick, and the conditions that they make.

    Parameters
    ----------
    catalogue : Catalogue
        The methods that there are.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(
            "Conditions",
            "Every case is shown under each of these. Tick methods, or add folders of images enhanced elsewhere, which "
            "are matched to the cases by name. A low anchor is something plainly worse: it shows who rates carelessly.",
        )
        self._catalogue, self._design_shown = catalogue, Design("", "acr", 4, (), (), ())
        self.methods, self.table = MethodList(catalogue), ConditionTable()
        self.reference = QCheckBox(_WITH_REFERENCE)
        parts = QSplitter()
        parts.addWidget(self.methods)
        parts.addWidget(self._chosen())
        parts.setSizes([370, 470])
        parts.setChildrenCollapsible(False)
        self.column.addWidget(parts, 1)
        self.column.addWidget(self.reference)
        self.column.addWidget(self.mistake_label("conditions"))
        self.methods.ticked.connect(self._on_ticked)
        self.table.edited.connect(self._on_edited)
        self.reference.toggled.connect(self.changed)

    def show_design(self, design: Design) -> None:
        """Fill the fields for the protocol, mode and scale in force."""
        self._design_shown = design
        rules = PROTOCOLS[design.protocol]
        explicit = any(condition.role == "reference" for condition in design.conditions)
        self.table.set_conditions([one for one in design.conditions if one.role != "reference"])
        self.table.allow_factors(on=design.mode == "test")
        self.methods.show_methods(design.scale_factor, self._ticked())
        possible = design.mode == "test" and not rules.labelled
        self.reference.setEnabled(possible)
        self.reference.setText(_WITH_REFERENCE if possible else _LABELLED if rules.labelled else _NO_REFERENCE)
        self.reference.blockSignals(True)
        self.reference.setChecked(possible and (explicit or (rules.hidden_reference and design.hidden_reference)))
        self.reference.blockSignals(False)

    def design_from(self, design: Design) -> Design:
        """Return a design with the conditions; the hidden reference is the protocol's own where it has one."""
        conditions, wanted = self.table.conditions, self.reference.isChecked()
        if design.mode != "test":
            return replace(design, conditions=conditions)
        if PROTOCOLS[design.protocol].hidden_reference:
            return replace(design, conditions=conditions, hidden_reference=wanted)
        explicit = (Condition(REFERENCE, role="reference"),) if wanted else ()
        return replace(design, conditions=(*conditions, *explicit))

    def own_mistakes(self, design: Design) -> list[Mistake]:
        """Return methods that the scale factor has not, and folders that are gone."""
        mistakes = []
        for place, one in enumerate(self.table.conditions, 1):
            scale = design.factor_of(one)
            if one.method and not self._catalogue.has(one.method, scale):
                names = ", ".join(method.name for method in self._catalogue.at_scale(scale))
                mistakes.append(wrong(f"conditions[{place}].method", one.method, f"at ×{scale}: {names}"))
            elif one.images is not None:
                mistakes += _mistakes_in_folder(one.images, design, f"conditions[{place}].images")
        return mistakes

    def first_field(self) -> QWidget:
        """Return the list of methods."""
        return self.methods

    def go_to_field(self, key: str) -> None:
        """Go to the row of a key as ``conditions[2].method``."""
        if entry := entry_of(key):
            self.table.setCurrentCell(entry[0] - 1, 0)
            self.table.setFocus()
        else:
            super().go_to_field(key)

    def add_folder(self, folder: Path) -> None:
        """Add a folder of images enhanced elsewhere."""
        taken = self.table.conditions
        self.table.set_conditions([*taken, condition_of_folder(folder, taken)])

    def _ticked(self) -> list[str]:
        return [condition.method for condition in self.table.conditions if condition.method]

    @Slot(str, bool)
    def _on_ticked(self, method: str, on: bool) -> None:
        blend, conditions = blend_of(method), list(self.table.conditions)
        known = [place for place, one in enumerate(conditions) if one.method and blend_of(one.method) == blend]
        others = [one for place, one in enumerate(conditions) if place not in known]
        if not on:
            conditions = others
        elif known:  # a blend at another position
            conditions[known[0]] = condition_of_method(method, others)
        else:
            conditions.append(condition_of_method(method, conditions))
        self.table.set_conditions(conditions)

    @Slot()
    def _on_edited(self) -> None:
        self.methods.show_methods(self._design_shown.scale_factor, self._ticked())
        self.changed.emit()

    def _chosen(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        folder, removed = QPushButton("Add a f&older of images …"), QPushButton("Remove")
        for button in (folder, removed):
            button.setAutoDefault(False)
        row.addWidget(folder)
        row.addStretch(1)
        row.addWidget(removed)
        column.addLayout(row)
        folder.clicked.connect(self._ask_for_folder)
        removed.clicked.connect(self.table.remove_chosen)
        return part

    @Slot()
    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Images enhanced elsewhere")
        if name:
            self.add_folder(Path(name))


def _mistakes_in_folder(folder: Path, design: Design, key: str) -> list[Mistake]:
    """Return that a folder is gone, or lacks images of cases: found out now rather than after the rest was computed."""
    try:
        lacking = cases_without_file(design.cases, folder)
    except OSError:
        return [wrong(key, folder, "a folder that is there")]
    if not lacking:
        return []
    if [case.path for case in lacking] == [sample_path()]:
        return [Mistake(key, "lacks the sample", "untick it, or tick a case for training")]
    more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
    return [Mistake(key, f"lacks {lacking[0].name}{more}", "an image for each case, named as the case or its file")]
