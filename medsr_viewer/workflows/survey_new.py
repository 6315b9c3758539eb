"""Set up a survey: compute and store the stimuli, draw and seal the allocation, begin the records."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import SurveyError, UnusableImage
from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.imaging.read import sample_path
from medsr_viewer.survey.allocation import Check, allocate
from medsr_viewer.survey.attention import ATTENTION_WINDOW, attention_picture
from medsr_viewer.survey.audit import Finding, audit
from medsr_viewer.survey.design import Case, Design
from medsr_viewer.survey.design_file import check_design, survey_texts
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.new_folder import NewFolder, check_address, new_folder
from medsr_viewer.survey.plan import Origin, Stimulus
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.protocols import PROTOCOLS, complete, required_stimuli
from medsr_viewer.survey.scales import common_values
from medsr_viewer.survey.sealing import seal
from medsr_viewer.survey.sources import check_sources, sources_file_of
from medsr_viewer.survey.trial_list import trial_count
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.workflows.enhance import unique_stems
from medsr_viewer.workflows.inputs import Input, find_inputs
from medsr_viewer.workflows.survey_computation import computation_of
from medsr_viewer.workflows.survey_stimuli import RenderedCase, render

Report = Callable[[str], None]

TRAINING_SAMPLE = "training-sample"
"""Name of the case that trains observers where the coordinator names none: the head CT that ships."""

_NEUTRAL = re.compile(r"(case|image|img|im|slice|frame)[-_]?\d{1,4}(_\d+)?", re.IGNORECASE)
"""Names of files that tell nobody's name: their cases are named so."""


@dataclass(frozen=True)
class NewSurvey:
    """What was made.

    Parameters
    ----------
    folder : Path
        The survey's.
    sources : Path
        File beside it that says where its images came from: it stays on this machine.
    survey_id, commitment : str
        Of its first record. The commitment may be published before rating starts: it binds the allocation.
    stimuli, trials : int
        How many there are, and how many one observer rates at most.
    notes : tuple of str
        What the coordinator must know, each with the case that it is about.
    findings : tuple of Finding
        Of the blinding auditor, who sees the unsealed allocation this once.
    """

    folder: Path
    sources: Path
    survey_id: str
    commitment: str
    stimuli: int
    trials: int
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


def cases_of(paths: Sequence[Path], *, training: bool = False, taken: Sequence[Case] = ()) -> tuple[Case, ...]:
    """Return a case for every image among files and folders; for their names see `named_cases`.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders that are searched.
    training : bool
        Whether they are for the training phase.
    taken : sequence of Case
        Whose names are not given again.

    Raises
    ------
    UnusableImage
        If one of them cannot be read as an image: all that cannot are named.
    """
    cases, unread = readable_cases(paths, training=training, taken=taken)
    if unread or not cases:
        reasons = "; ".join(unread) or ", ".join(sorted(map(str, paths)))
        raise UnusableImage(f"cases that cannot be read: {reasons}", "Leave them out, or name readable images.")
    return cases


def readable_cases(
    paths: Sequence[Path], *, training: bool = False, taken: Sequence[Case] = ()
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """Return a case for every image that can be read, and of the others the file and why; parameters as of `cases_of`.

    Files in folders that are no images by their kind are passed over.
    """
    inputs, skipped = find_inputs(paths, 1)
    named = {str(path) for path in paths}
    unread = [skip for skip in skipped if not skip.is_foreign or skip.path in named]
    return named_cases(inputs, training=training, taken=taken), tuple(f"{one.path}: {one.reason}" for one in unread)


def named_cases(inputs: Sequence[Input], *, training: bool = False, taken: Sequence[Case] = ()) -> tuple[Case, ...]:
    """Return a case for every image; parameters as of `cases_of`.

    They are numbered, or named by files that are numbered: other files may have patients' names, and names of cases go
    to other sites.
    """
    names = {case.name.casefold() for case in taken}
    cases = []
    for source, stem in zip(inputs, unique_stems(inputs), strict=True):
        name = (
            _free_name(stem, names) if _NEUTRAL.fullmatch(stem) else _number("training" if training else "case", names)
        )
        names.add(name.casefold())
        cases.append(Case(name, Path(source.instance.source).absolute(), source.index + 1, training=training))
    return tuple(cases)


def with_training(design: Design) -> Design:
    """Return the design with the shipped sample as training case.

    Not where it has one, where the sample is a case of it, or where a condition's images come from elsewhere: nobody
    has enhanced the sample.
    """
    sample = sample_path()
    elsewhere = any(condition.images for condition in design.conditions)
    if design.training_cases or elsewhere or any(case.path == sample for case in design.cases):
        return design
    return replace(design, cases=(*design.cases, Case(TRAINING_SAMPLE, sample, training=True)))


def create_survey(
    folder: Path,
    design: Design,
    passphrase: str,
    *,
    store_url: str = "",
    device: str = "auto",
    report: Report = lambda _line: None,
    token: CancelToken | None = None,
) -> NewSurvey:
    """Make a survey in a new folder. It appears there whole, or not at all.

    Parameters
    ----------
    folder : Path
        New, or empty.
    design : Design
        What to make; completed by its protocol.
    passphrase : str
        Seals the allocation: without it nobody can unblind the survey, the coordinator included.
    store_url : str
        Database of the records; "" for SQLite in the folder.
    device : str
        See `UpscalingRequest`.
    report : callable
        Takes a line about the progress.
    token : CancelToken, optional
        Checked while the stimuli are computed, and last before the folder appears.

    Raises
    ------
    MedsrError
        If the design is not valid, a case cannot be computed, or the folder not written; if images or order tell the
        conditions. Nothing is left behind, but for what a server holds of it by then.
    Cancelled
        If the token was cancelled; nothing is left behind.
    """
    token = token or CancelToken()
    design = complete(design)
    check_design(design, str(folder))
    check_sources(design, str(folder))
    if store_url:
        check_address(store_url)
    catalogue.cache_clear()  # models may have been replaced since the window that asks was opened
    notes: list[str] = []
    origins: list[dict[str, Origin]] = []
    with new_folder(folder) as new:
        stimuli: dict[tuple[str, str], Stimulus] = {}
        for number, case in enumerate(design.cases, 1):
            report(f"case {number} of {len(design.cases)}: {case.name}")
            rendered = render(design, case, device=device, token=token)
            stimuli |= _keep(new, rendered, [name for owner, name in required_stimuli(design) if owner == case.name])
            notes += [f"{case.name}: {note}" for note in rendered.notes]
            origins.append(rendered.origins)
        report("drawing and sealing the order")
        plan, allocation = allocate(design, stimuli, _attention_checks(new, design))
        allocation = replace(allocation, computation=computation_of(design, origins))
        token.check()
        nameless, sources = survey_texts(design, folder)
        made = new.finish(
            design=nameless, plan=plan_text(plan), sealed=seal(allocation, passphrase), sources=sources, url=store_url
        )
    created = made.created
    report("looking for what could tell the conditions apart")
    try:
        findings = tuple(audit(made, allocation=allocation))
        _refuse_unseen_leaks(made, findings, store_url)
    except BaseException:
        discard_survey(folder)
        raise
    trials = trial_count(plan, design, 0)
    return NewSurvey(
        folder,
        sources_file_of(folder),
        created.survey_id,
        created.commitment,
        len(plan.stimuli),
        trials,
        tuple(notes),
        findings,
    )


def discard_survey(folder: Path) -> None:
    """Remove a survey that nobody was told of, with the file of its sources; what a server holds of it stands."""
    shutil.rmtree(folder, ignore_errors=True)
    sources_file_of(folder).unlink(missing_ok=True)


def _refuse_unseen_leaks(made: SurveyFolder, findings: Sequence[Finding], store_url: str) -> None:
    """Refuse a survey whose leaks only show now: without the allocation and the pixels no rating window refuses it."""
    refused = {finding for finding in findings if finding.severity == "refuse"}
    unseen = refused - set(audit(made, look_at_pixels=False)) if refused else set()
    if unseen:
        leaks = "; ".join(sorted({f"{one.leak} ({one.where})" for one in unseen}))
        held = " The database of the answers is taken by it: name another one." if store_url else ""
        advice = " ".join(sorted({one.advice for one in unseen}))
        raise SurveyError(f"{made.path}: it would not be blind, and was not kept: {leaks}", f"{advice}{held}")


def _keep(new: NewFolder, rendered: RenderedCase, conditions: Sequence[str]) -> dict[tuple[str, str], Stimulus]:
    kept = {}
    for condition in conditions:
        pixels = rendered.pixels[condition]
        if not np.isfinite(pixels).all():
            raise UnusableImage(f"case {rendered.case.name}, condition {condition}: pixels that are no numbers")
        window, spacing = rendered.window, rendered.pixel_spacing
        kept[rendered.case.name, condition] = _stimulus(new, pixels, window, rendered.inverted, spacing)
    return kept


def _attention_checks(new: NewFolder, design: Design) -> list[Check]:
    if not design.arrangement.attention_checks or not PROTOCOLS[design.protocol].scales:
        return []
    values = common_values(design.questions)
    return [(_stimulus(new, attention_picture(answer), ATTENTION_WINDOW), answer) for answer in values]


def _stimulus(
    new: NewFolder,
    pixels: FloatArray,
    window: tuple[float, float],
    inverted: bool = False,
    pixel_spacing: tuple[float, ...] = (),
) -> Stimulus:
    identifier, digest = new.add_stimulus(pixels)
    return Stimulus(identifier, digest, pixels.shape, window, inverted, pixel_spacing)


def _number(word: str, taken: set[str]) -> str:
    return next(name for number in count(1) if (name := f"{word}-{number:02d}") not in taken)


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name.casefold() in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name
