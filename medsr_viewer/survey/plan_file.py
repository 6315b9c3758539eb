"""Plan files: what is shown, as canonical JSON, checked whenever it is read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.plan import Plan, Stimulus, Trial
from medsr_viewer.survey.records import canonical, parsed

FORMAT = 1
_RESTORE = "Restore the survey's folder from a backup, or copy it again from where it was set up."
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_TRIAL = re.compile(r"[0-9a-f]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def plan_text(plan: Plan) -> str:
    """Return the content of a plan file: keys sorted, no spaces, the same for equal plans."""
    return canonical({"format": FORMAT, **asdict(plan)}).decode("ascii")


def read_plan(path: Path) -> Plan:
    """Read a plan file.

    Raises
    ------
    SurveyError
        If it cannot be read, is damaged, or of a newer version of the program.
    """
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise SurveyError(f"{path}: {exc.strerror or exc}", _RESTORE) from exc
    return plan_from(content, str(path))


def plan_from(content: str | bytes, origin: str) -> Plan:
    """Read what `plan_text` returned.

    Parameters
    ----------
    content : str or bytes
        UTF-8.
    origin : str
        The file, for messages.

    Raises
    ------
    SurveyError
        If it is damaged: no JSON, a value is missing or impossible, or a trial shows what is no stimulus; or if it is
        of a newer version of the program.
    """
    try:
        held = parsed(content)
        if type(held["format"]) is int and held["format"] > FORMAT:
            raise SurveyError(f"{origin}: it was made by a newer version of the program", "Update this program.")
        _check(held.pop("format") == FORMAT, "its format")
        plan = Plan(
            stimuli={identifier: _stimulus(identifier, one) for identifier, one in held.pop("stimuli").items()},
            training=tuple(_trial(one) for one in held.pop("training")),
            sequences=tuple(tuple(_trial(one) for one in sequence) for sequence in held.pop("sequences")),
            groups=tuple(tuple(group) for group in held.pop("groups")),
        )
        _check(not held, f"its keys {', '.join(held)}")
        _check_together(plan)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise SurveyError(f"{origin}: the plan is damaged: {exc}", _RESTORE) from exc
    return plan


def _stimulus(identifier: str, held: Mapping[str, Any]) -> Stimulus:
    stimulus = Stimulus(
        **{
            **held,
            "shape": tuple(held["shape"]),
            "window": tuple(held["window"]),
            "pixel_spacing": tuple(held["pixel_spacing"]),
        }
    )
    where = f"stimulus {identifier}"
    _check(bool(_IDENTIFIER.fullmatch(identifier)) and stimulus.identifier == identifier, where)
    _check(bool(_DIGEST.fullmatch(stimulus.digest)) and type(stimulus.inverted) is bool, where)
    _check(len(stimulus.shape) == 2 or stimulus.shape[2:] == (3,), where)
    _check(all(type(size) is int and size > 0 for size in stimulus.shape), where)
    _check(len(stimulus.window) == 2 and _are_numbers(stimulus.window) and stimulus.window[1] > 0, where)
    _check(len(stimulus.pixel_spacing) in (0, 2) and _are_numbers(stimulus.pixel_spacing), where)
    return stimulus


def _trial(held: Mapping[str, Any]) -> Trial:
    trial = Trial(**{**held, "rated": tuple(held["rated"]), "expected": tuple(held["expected"])})
    where = f"trial {trial.identifier}"
    _check(bool(_TRIAL.fullmatch(trial.identifier)) and bool(trial.rated), where)
    _check(trial.phase in ("training", "main"), where)
    _check(len(trial.expected) in (0, len(trial.rated)), where)
    _check(all(type(value) is int for value in trial.expected), where)
    return trial


def _check_together(plan: Plan) -> None:
    for phase, trials in [("training", plan.training), *(("main", sequence) for sequence in plan.sequences)]:
        _check(len({trial.identifier for trial in trials}) == len(trials), "two trials have one identifier")
        for trial in trials:
            _check(trial.phase == phase, f"trial {trial.identifier}")
            labelled = (trial.labelled,) if trial.labelled else ()
            _check_known((*trial.rated, *labelled), plan.stimuli, f"trial {trial.identifier}")
    for group in plan.groups:
        _check_known(group, plan.stimuli, "a group")


def _check_known(shown: Sequence[str], stimuli: Mapping[str, Stimulus], where: str) -> None:
    unknown = [identifier for identifier in shown if identifier not in stimuli]
    _check(not unknown, f"{where} shows {', '.join(map(str, unknown))}, which is no stimulus")


def _are_numbers(values: Iterable[object]) -> bool:
    return all(type(value) in (int, float) and math.isfinite(value) for value in values)  # type: ignore[arg-type]


def _check(fine: bool, where: str) -> None:
    if not fine:
        raise ValueError(where)
