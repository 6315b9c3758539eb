"""What an observer is told of an answer of the training phase: first of all, which end of the scale is the best."""

from __future__ import annotations

from medsr_viewer.survey.design import Protocol
from medsr_viewer.survey.feedback import Feedback
from medsr_viewer.survey.scales import Scale

_ONCE_MORE = "<br><br>The same is shown once more: please answer it again."
_KEEP = "<br><br>Please keep this in mind for the images that follow."


def feedback_text(feedback: Feedback, protocol: Protocol, scale: Scale | None) -> str:
    """Return what is said, as rich text.

    Parameters
    ----------
    feedback : Feedback
    protocol : Protocol
    scale : Scale or None
        Of the questions; None for pairs.
    """
    if scale is None:
        return _of_pair(feedback)
    lines = "<br>".join(
        f"You gave <b>{scale.numbered(given)}</b>; expected near <b>{scale.numbered(due)}</b>."
        for due, given in zip(feedback.expected, feedback.given, strict=True)
    )
    if not feedback.turned:
        return f"Thank you, you use the scale as it is meant.<br><br>{lines}"
    best, worst = scale.numbered(scale.best), scale.numbered(1)
    if protocol == "roc":
        direction = f"<b>{best}; {worst}.</b>"
    else:
        direction = (
            f"<b>{scale.best} is the best, 1 is the worst.</b> This is no ranking: the better an image, the higher its "
            "number."
        )
    return f"{direction}<br><br>{lines}{_ONCE_MORE if feedback.again else _KEEP}"


def _of_pair(feedback: Feedback) -> str:
    if not feedback.turned:
        return "Thank you: you chose the image that is known to be the better one."
    ending = _ONCE_MORE if feedback.again else _KEEP
    return f"<b>Choose the image that is better.</b> Of these two, the other one is known to be the better.{ending}"
