"""Mistakes told by the wizard's own fields: no key of a file, for whatever the rules refuse."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Arrangement, Case, Condition, Design, Question, Texts
from medsr_viewer.survey.design_mistakes import Mistake
from medsr_viewer.survey.design_rules import mistakes_in
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.mistake_words import Told, told
from medsr_viewer.ui.survey_setup.wizard import SurveyWizard
from medsr_viewer.ui.survey_setup.wizard_fields import step_of

CASE, NEAREST, LANCZOS = Case("a", Path("/a.png")), Condition("nearest", "nearest"), Condition("lanczos", "lanczos")
PLAIN = Design("A study", "acr", 4, (CASE,), (NEAREST, LANCZOS), ())
MANY = tuple(Condition(f"c{number}", "nearest") for number in range(9))
WRONG = {
    "no title": replace(PLAIN, title=""),
    "a telling title": replace(PLAIN, title="Nearest"),
    "no case": replace(PLAIN, cases=()),
    "no name": replace(PLAIN, cases=(replace(CASE, name=""),)),
    "a name twice": replace(PLAIN, cases=(CASE, replace(CASE, name="A"))),
    "no frame": replace(PLAIN, cases=(replace(CASE, frame=0),)),
    "no region": replace(PLAIN, cases=(replace(CASE, region=(1, 2, 0, 4)),)),
    "no window": replace(PLAIN, cases=(replace(CASE, window=(1.0, 0.0)),)),
    "no finding": replace(PLAIN, protocol="roc"),
    "one finding": replace(PLAIN, protocol="roc", cases=(replace(CASE, finding="present"),)),
    "a condition alone": replace(PLAIN, conditions=(NEAREST,), hidden_reference=False),
    "anchors alone": replace(PLAIN, conditions=(replace(NEAREST, role="anchor"), replace(LANCZOS, role="anchor"))),
    "the reference's name": replace(PLAIN, conditions=(replace(NEAREST, name="Reference"), LANCZOS)),
    "too many beside": replace(PLAIN, protocol="queens", conditions=MANY),
    "enhance without original": replace(PLAIN, protocol="dsis", mode="enhance"),
    "two questions": replace(PLAIN, protocol="pairs", questions=(Question("a", "A?"), Question("b", "B?"))),
    "an empty question": replace(PLAIN, questions=(Question("a", " "),)),
    "a telling question": replace(PLAIN, questions=(Question("a", "How is nearest?"),)),
    "a question's key": replace(PLAIN, questions=(Question("a b", "How?"),)),
    "too few cases": replace(PLAIN, arrangement=Arrangement(cases_per_observer=5)),
    "another size": replace(PLAIN, mode="enhance", conditions=(NEAREST, replace(LANCZOS, scale_factor=2))),
    "answers twice": replace(PLAIN, protocol="vgc", questions=(Question("a", "A?", labels=("Yes", "yes")),)),
    "one answer": replace(PLAIN, protocol="vgc", questions=(Question("a", "A?", labels=("Yes",)),)),
    "a long answer": replace(PLAIN, protocol="vgc", questions=(Question("a", "A?", labels=("Yes", "N" * 41)),)),
    "a telling answer": replace(PLAIN, protocol="vgc", questions=(Question("a", "A?", labels=("Yes", "Nearest")),)),
    "answers of its own": replace(PLAIN, questions=(Question("a", "A?", labels=("Yes", "No")),)),
    "telling instructions": replace(PLAIN, texts=Texts(instructions="Mind nearest.")),
    "a telling consent": replace(PLAIN, texts=Texts(consent="I like nearest.")),
}
JARGON = re.compile(r"\w\[|\w\.\w+ =|^= | = |allowed|[a-z]_[a-z]|true|role|\"|protocol [a-z]+\)|key")


@pytest.mark.parametrize("what", WRONG)
def test_no_key_of_a_file_is_named(what: str) -> None:
    mistakes = mistakes_in(WRONG[what])
    assert mistakes
    for mistake in mistakes:
        said = told(mistake)
        assert not JARGON.search(said.text.replace("the role “under test”", "")), said.text
        assert "is not possible. Possible: " not in said.text, "the wizard has words of its own for it"
        assert said.text[-1] == "."
        assert all(step_of(key) for key in said.leads)


@pytest.mark.parametrize(
    ("what", "text", "leads"),
    [
        ("a name twice", "Row 2, Name: “A” is the name in row 1, too.", ("cases[2].name",)),
        ("no region", "Row 1, Region: “1, 2, 0, 4” is no region.", ("cases[1].region",)),
        ("no finding", "Row 1, Truth: The protocol Present or absent (ROC)", ("cases[1].finding", "protocol")),
        ("too many beside", "9 conditions do not fit on one screen. Take up to 8,", ("protocol",)),
        ("one answer", "Row 1, Own labels: A scale of its own has 2 to 7 labels, not 1.", ("questions[1].labels",)),
        ("a telling answer", "Row 1, Own labels: A label has “nearest”,", ("questions[1].labels[2]",)),
        ("two questions", "There are 2 questions. Take up to 1,", ("protocol",)),
        ("too few cases", "5 were asked for, of 1 case", ("cases",)),
    ],
)
def test_fields_are_named_and_led_to(what: str, text: str, leads: tuple[str, ...]) -> None:
    said = told(mistakes_in(WRONG[what])[0])
    assert said.text.startswith(text)
    assert said.leads == leads


def test_a_mistake_without_words_of_its_own_is_told_all_the_same() -> None:
    said = told(Mistake("sitting.minutes", "= 99", "allowed: 1 to 30"))
    assert said == Told("“99” is not possible. Possible: 1 to 30.")


def test_steps_are_named_as_the_wizard_names_them(wizard: SurveyWizard) -> None:
    for number, page in enumerate(wizard.pages, 1):
        assert {step_of(key) for key in page.keys} <= {(number, page.title)}
        assert bool(page.keys) == (page is not wizard.pages[-1])


def test_many_mistakes_are_counted_and_none_takes_no_more_room(qtbot: QtBot) -> None:
    label = MistakeLabel()
    qtbot.addWidget(label)
    empty = label.sizeHint().expandedTo(label.minimumSize()).height()
    label.show_texts(["One <line>."])
    assert label.sizeHint().height() <= empty
    assert "One &lt;line&gt;." in label.text()
    assert label.textFormat() == Qt.TextFormat.RichText, "else quotes stand there as &quot;"
    label.show_told([Told(f"Row {row} is wrong.", (f"cases[{row}].name",)) for row in range(1, 65)])
    assert label.text().endswith("And 61 more.")
    assert len(label.lines) == 64
