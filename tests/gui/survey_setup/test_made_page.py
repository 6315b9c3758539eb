"""The wizard's end: what the survey came to, and what comes next."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from medsr_viewer.survey.audit import Finding
from medsr_viewer.ui.survey_setup.made_page import MadePage
from medsr_viewer.workflows.survey_new import NewSurvey


def test_notes_on_many_cases_name_the_first_and_count_the_rest(qtbot: QtBot) -> None:
    page = MadePage()
    qtbot.addWidget(page)
    notes = tuple(f"case-{number:02}: Padding was found." for number in range(1, 21))
    page.show_made(NewSurvey(Path("/s"), Path("/s.toml"), "id", "0a", 20, 20, notes, ()))
    names = ", ".join(f"case-{number:02}" for number in range(1, 7))
    assert page.notes.toPlainText() == f"{names} and 14 more: Padding was found."


def test_the_end_names_the_file_of_sources_and_lets_nobody_rate_what_is_not_blind(qtbot: QtBot) -> None:
    page = MadePage()
    qtbot.addWidget(page)
    for severity, blind in (("warning", True), ("refuse", False)):
        leak = Finding("order", "it tells", "plan.json", "Do it again.", severity)  # type: ignore[arg-type]
        page.show_made(NewSurvey(Path("/s"), Path("/s.sources.toml"), "id", "0a", 1, 1, (), (leak,)))
        assert "\n1 stimulus, 1 trial an observer.\ns.sources.toml, beside the folder, says" in page.place.text()
        assert page.rate.isEnabled() == blind
        assert ("not blind" in page.heading.text()) != blind
