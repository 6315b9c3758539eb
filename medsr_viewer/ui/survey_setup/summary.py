"""What a design comes to, in lines for the coordinator."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from medsr_viewer.survey.design import Condition, Design
from medsr_viewer.survey.protocols import PROTOCOLS, complete
from medsr_viewer.survey.report.wording import counted
from medsr_viewer.ui.survey_setup.extent import SECONDS_AN_ANSWER, Size, disk_bytes, extent_of, in_units
from medsr_viewer.ui.survey_setup.protocol_page import PROTOCOL_NAMES

COUNTING = "counting …"


def summary_of(design: Design, sizes: Mapping[Path, Size] | None) -> list[tuple[str, str]]:
    """Return (what, how much) lines.

    Parameters
    ----------
    design : Design
        Valid.
    sizes : mapping or None
        Sizes of the cases' files; None while they are being read.
    """
    extent, whole = extent_of(design), complete(design)
    names = ", ".join(_named(condition) for condition in whole.conditions)
    minutes = f"about {counted(round(extent.minutes), 'minute')}" if extent.minutes >= 1 else "under a minute"
    if extent.breaks:
        minutes += f", with {counted(extent.breaks, 'break')}"
    space = COUNTING if sizes is None else _space(disk_bytes(design, sizes))
    training = len(design.training_cases)
    factors = " / ".join(f"×{factor}" for factor in design.factors)
    return [
        ("Title", design.title),
        ("Protocol", f"{PROTOCOL_NAMES[design.protocol]}; images: {design.mode}, {factors}"),
        ("Cases", f"{len(design.main_cases)}, and {training} for training" if training else str(len(design.cases))),
        ("Conditions", f"{len(whole.conditions)}: {names}"),
        ("Stimuli", f"{extent.stimuli}, computed once, now"),
        ("Each observer", _screens(design, extent.trials, extent.training)),
        ("Expected time", f"{minutes}, at {SECONDS_AN_ANSWER} s an answer"),
        ("Observers", _sequences(design.arrangement.observers)),
        ("Disk space", space),
    ]


def _screens(design: Design, trials: int, training: int) -> str:
    each = {"one": "one image", "two": "two images", "all": "all conditions of a case"}
    text = f"{counted(trials, 'trial')} of {each[PROTOCOLS[design.protocol].rated]}"
    return f"{text}, after {counted(training, 'training trial')}" if training else f"{text}, without a training phase"


def _space(count: int | None) -> str:
    return "unknown: a case could not be read" if count is None else f"about {in_units(count)} for the stimuli"


def _named(condition: Condition) -> str:
    role = {"anchor": " (low anchor)", "reference": " (hidden)"}.get(condition.role, "")
    return condition.name + role


def _sequences(number: int) -> str:
    return f"{counted(number, 'sequence')} {'is' if number == 1 else 'are'} prepared"
