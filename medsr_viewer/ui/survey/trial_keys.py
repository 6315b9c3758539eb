"""What the keys of the rating mode do on the page of a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medsr_viewer.ui.survey.keys import Action

if TYPE_CHECKING:
    from medsr_viewer.ui.survey.trial_page import TrialPage


def act(page: TrialPage, action: Action) -> None:
    """Do what a key asks for."""
    match action.name:
        case "choose":
            page.choose(action.value)
        case "next":
            page.go_next()
        case "pause":
            page.pause_wanted.emit()
        case "back":
            if page.side.back.isEnabled() and page.side.back.isVisible():
                page.back_wanted.emit()
        case "move":
            if page.is_pair:
                page.choose(1 if action.value < 0 else 2)
            else:
                page.move_image(action.value)
        case "question":
            page.move_question(action.value)
        case _:
            _look(page, action)


def _look(page: TrialPage, action: Action) -> None:
    if page.state != "open":
        return
    if action.name == "preset":
        page.wall.window_values.choose(action.value)
    elif action.name == "fit":
        page.wall.view.fit()
    else:
        page.wall.view.one_to_one()
