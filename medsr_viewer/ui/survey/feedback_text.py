"""What an observer is told of an answer of the training phase: first of all, which end of the scale is the best."""

from __future__ import annotations

from html import escape

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.feedback import Feedback
from medsr_viewer.survey.scales import CONFIDENCE, Scale, scale_of

_ONCE_MORE = "<br><br>The same is shown once more: please answer it again."
_KEEP = "<br><br>Please keep this in mind for the images that follow."
_NOT_MEANT = "<br><br>Not what you meant? <b>Backspace</b>, or the button below, to answer again."


def feedback_text(feedback: Feedback, design: Design) -> str:
    """Return what is said, as rich text.

    Parameters
    ----------
    feedback : Feedback
    design : Design
        Complete.
    """
    if design.protocol == "pairs":
        return _of_pair(feedback)
    scales = [scale_of(question) for question in design.questions]
    if not feedback.expected:
        return _read_back(feedback, scales)
    lines = "<br>".join(
        f"You gave <b>{escape(scales[place % len(scales)].numbered(given))}</b>; expected near "
        f"<b>{escape(scales[place % len(scales)].numbered(due))}</b>."
        for place, (due, given) in enumerate(zip(feedback.expected, feedback.given, strict=True))
    )
    if not feedback.turned:
        return f"Thank you, you use the scale as it is meant.<br><br>{lines}"
    best, worst = scales[0].numbered(scales[0].best), scales[0].numbered(1)
    if design.protocol == "roc":
        direction = f"<b>{best}; {worst}.</b>"
    else:
        direction = (
            f"<b>{scales[0].best} is the best, 1 is the worst.</b> This is no ranking: the better an image, the higher "
            "its number."
        )
    return f"{direction}<br><br>{lines}{_ONCE_MORE if feedback.again else _KEEP}"


def _of_pair(feedback: Feedback) -> str:
    if not feedback.turned:
        return "Thank you: you chose the image that is known to be the better one."
    ending = _ONCE_MORE if feedback.again else _KEEP
    return f"<b>Choose the image that is better.</b> Of these two, the other one is known to be the better.{ending}"


def _read_back(feedback: Feedback, scales: list[Scale]) -> str:
    """Say in words what was answered, and which end of the scale is the best; each scale is told once."""
    given = [
        " / ".join(_value(scale, value) for value in feedback.given[place :: len(scales)])
        for place, scale in enumerate(scales)
    ]
    ending = _NOT_MEANT if feedback.may_repeat else ""
    if len(scales) == 1:
        return f"You gave {given[0]}.<br><br>{_direction(scales[0])}{ending}"
    told = []
    for labels in dict.fromkeys(scale.labels for scale in scales):
        places = [place for place, scale in enumerate(scales) if scale.labels == labels]
        lines = [f"Q{place + 1}: you gave {given[place]}" for place in places]
        told.append("<br>".join([*lines, _direction(scales[places[0]])]))
    return "<br><br>".join(told) + ending


def _direction(scale: Scale) -> str:
    if scale == CONFIDENCE:
        return "<b>5</b> is certainly present, <b>1</b> certainly absent."
    word = escape(scale.word(scale.best))
    return f"<b>{scale.best}</b>{f' ({word})' if word else ''} is the best, <b>1</b>\N{NO-BREAK SPACE}is the worst."


def _value(scale: Scale, value: int) -> str:
    word = escape(scale.word(value))
    return f"<b>{value}{f': {word}' if word else ''}</b>"
