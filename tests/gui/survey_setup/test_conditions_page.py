"""Conditions as the wizard's third step ticks, names and checks them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.read import sample_path
from medsr_viewer.survey.design import REFERENCE, Case, Condition
from medsr_viewer.survey.protocols import PROTOCOLS, complete
from medsr_viewer.ui.survey_setup.condition_names import condition_of_folder, condition_of_method
from medsr_viewer.ui.survey_setup.conditions_page import ConditionsPage
from medsr_viewer.ui.survey_setup.mistake_words import told

from .conftest import CASE, INTERPOLATION, PLAIN


def test_conditions_are_named_for_what_they_are() -> None:
    first = condition_of_method("fmen-blend 40 %")
    assert (first.name, first.method) == ("fmen-blend-40", "fmen-blend 40 %")
    second = condition_of_folder(Path("/results/FMEN blend 40"), [Condition("fmen-blend-40")])
    assert (second.name, second.images) == ("FMEN-blend-40-2", Path("/results/FMEN blend 40"))


def test_cases_that_nobody_enhanced_elsewhere_are_named_before_anything_is_computed(
    qtbot: QtBot, tmp_path: Path
) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    sample = Case("training-sample", sample_path(), training=True)
    cases = (CASE, Case("b", Path("/knee.png")), Case("c", Path("/c.dcm")), sample)
    elsewhere = Condition("vendor", images=tmp_path)
    design = replace(PLAIN, cases=cases, conditions=(PLAIN.conditions[0], elsewhere))
    page.show_design(design)

    def said() -> str:
        (mistake,) = page.own_mistakes(design)
        return told(mistake).text

    assert said().startswith("Row 2, Images: the folder lacks a and 3 more. Each case needs one image there")
    for name in ("a.tif", "knee.png", "c"):
        (tmp_path / name).touch()
    assert "nobody has enhanced the sample" in said()
    (tmp_path / "training-sample.png").touch()
    assert page.own_mistakes(design) == []


@pytest.mark.parametrize("protocol", ["acr", "vgc"])
def test_the_hidden_reference_is_kept_or_left_out(qtbot: QtBot, protocol: str) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    design = replace(PLAIN, protocol=protocol)  # type: ignore[arg-type]
    page.show_design(design)
    assert page.reference.isChecked() == PROTOCOLS[design.protocol].hidden_reference
    for wanted in (True, False):
        page.reference.setChecked(wanted)
        made = page.design_from(design)
        page.show_design(made)
        assert page.reference.isChecked() == wanted
        assert (REFERENCE in [one.name for one in complete(made).conditions]) == wanted
    page.show_design(replace(design, mode="enhance"))
    assert not page.reference.isEnabled()
    assert not page.reference.isChecked()


def test_roles_and_names_come_back(qtbot: QtBot) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    anchored = replace(PLAIN, conditions=(*PLAIN.conditions, Condition("low", "nearest", role="anchor")))
    page.show_design(anchored)
    assert page.design_from(anchored) == anchored
    name = page.table.item(1, 0)
    assert name is not None
    name.setText("renamed")
    box = page.table.cellWidget(0, 3)
    box.setCurrentIndex(1)  # type: ignore[union-attr]
    made = page.design_from(anchored)
    assert [(one.name, one.role) for one in made.conditions] == [
        ("bicubic", "anchor"),
        ("renamed", "test"),
        ("low", "anchor"),
    ]


def test_tab_goes_through_the_fields_of_the_conditions_before_it_leaves_them(qtbot: QtBot) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    page.show_design(PLAIN)
    page.show()
    page.table.setFocus()
    for row, column in ((0, 2), (0, 3), (1, 2), (1, 3)):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        assert page.focusWidget() is page.table.cellWidget(row, column)
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    assert isinstance(page.focusWidget(), QPushButton)


def test_a_method_may_have_a_scale_of_its_own(qtbot: QtBot) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    page.show_design(PLAIN)
    box = page.table.cellWidget(1, 2)
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(2))
    made = page.design_from(PLAIN)
    assert [one.scale_factor for one in made.conditions] == [None, 2]
    page.show_design(made)
    assert page.design_from(made) == made
    page.show_design(replace(made, mode="enhance"))
    assert [one.scale_factor for one in page.design_from(replace(made, mode="enhance")).conditions] == [None, None]
    box = page.table.cellWidget(1, 2)
    assert isinstance(box, QComboBox)
    assert not box.isEnabled()
