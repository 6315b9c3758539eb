"""What the keys of the rating mode do on the page of a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medsr_viewer.ui.survey.keys import Action

if TYPE_CHECKING:
    from medsr_viewer.ui.survey.trial_page import TrialPage

_ZOOM = 1.25
_SHARE = 0.1  # of an image's place, that an arrow moves it by


def act(page: TrialPage, action: Action) -> None:
    """Do what a key asks for."""
    match action.name:
        case "choose":
            page.choose(action.value)
        case "next":
            page.go_next()
        case "pause":
            page.pause_wanted.emit()
        case "back" if page.state == "feedback":
            page.answer_again()
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
    view = page.wall.view
    match action.name:
        case "preset":
            page.wall.window_values.choose(action.value)
        case "fit":
            view.fit()
        case "pixels":
            view.one_to_one()
        case "zoom":
            view.zoom_by(_ZOOM**action.value)
        case "across":
            view.pan_by(-action.value * page.wall.ports[0].device_size[0] * _SHARE, 0)
        case "down":
            view.pan_by(0, -action.value * page.wall.ports[0].device_size[1] * _SHARE)
