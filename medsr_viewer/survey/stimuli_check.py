"""Whether the stimuli are there, and are the files that the survey began with."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.plan import Plan, Stimulus

_TELL = (
    "Tell the coordinator: `medsr survey check` names every such file, and each is to be restored from a backup of the"
    " survey's folder, or copied again from where it was set up. Every answer that was given is kept."
)
_MOST_NAMED = 3


def absent_stimuli(folder: SurveyFolder, stimuli: Mapping[str, Stimulus]) -> Iterator[str]:
    """Yield in words which stimuli are not there, or are not as long as their pixels; nothing is read.

    Parameters
    ----------
    folder : SurveyFolder
    stimuli : mapping of str to Stimulus
        By identifier, as in `Plan.stimuli`.
    """
    for identifier, stimulus in sorted(stimuli.items()):
        path = folder.stimulus_file(identifier)
        name = path.relative_to(folder.path).as_posix()
        due = len(plain_header(stimulus.shape)) + 4 * math.prod(stimulus.shape)
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            yield f"{name} is missing"
        except OSError as exc:
            yield f"{name} cannot be read: {exc.strerror or exc}"
        else:
            if size != due:
                yield f"{name} was changed: it has {size} bytes, not {due}"


def changed_stimuli(
    folder: SurveyFolder, identifiers: Iterable[str], between: Callable[[], None] = lambda: None
) -> Iterator[str]:
    """Yield in words which stimuli are not the files that the survey began with, by their SHA-256.

    Parameters
    ----------
    folder : SurveyFolder
    identifiers : iterable of str
    between : callable
        Called before each file: may raise to end the work.
    """
    due = folder.created.stimuli
    for identifier in sorted(identifiers):
        between()
        path = folder.stimulus_file(identifier)
        name = path.relative_to(folder.path).as_posix()
        try:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != due.get(identifier):
                    yield f"{name} was changed after the survey was set up"
        except FileNotFoundError:
            yield f"{name} is missing"
        except OSError as exc:
            yield f"{name} cannot be read: {exc.strerror or exc}"


def refuse_absent(folder: SurveyFolder, plan: Plan) -> None:
    """Let nobody begin where stimuli are missing or cut off.

    Raises
    ------
    SurveyError
        Names the first of them.
    """
    _refuse(absent_stimuli(folder, plan.stimuli))


def refuse_changed(folder: SurveyFolder, identifiers: Iterable[str], between: Callable[[], None]) -> None:
    """Let nobody rate images that were changed or are missing; parameters as of `changed_stimuli`.

    Raises
    ------
    SurveyError
        Names the first of them.
    """
    _refuse(changed_stimuli(folder, identifiers, between))


def plain_header(shape: tuple[int, ...]) -> bytes:
    """Return the only header that a stimulus of a shape may have."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f4", "fortran_order": False, "shape": tuple(shape)})
    return buffer.getvalue()


def _refuse(faults: Iterable[str]) -> None:
    found = list(faults)
    if found:
        more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        raise SurveyError("; ".join(found[:_MOST_NAMED]) + more, _TELL)
