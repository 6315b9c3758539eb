"""All checks of a survey, in one call."""

from __future__ import annotations

import configparser
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medsr_viewer import settings
from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.survey.audit import (
    balance,
    checksums,
    identifiers,
    other_files,
    paths,
    pixels,
    presentation,
    seams,
    stimulus_files,
    words,
)
from medsr_viewer.survey.audit.cases import (
    Cases,
    fingerprint,
    group_cases,
    is_attention_check,
    look_of,
    stimuli_per_case,
)
from medsr_viewer.survey.audit.database_image import database_image
from medsr_viewer.survey.audit.finding import Finding
from medsr_viewer.survey.audit.listing import FileFact, list_files
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_file import read_design
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.plan import Allocation, Plan
from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.survey.records import Record, parsed

_HEAD = 256
_LOCKED = frozenset({"survey.sqlite", "survey.sqlite-shm"})
"""Files that SQLite locks; the second holds no values."""


def audit(
    folder: SurveyFolder,
    *,
    exposed: Iterable[str] = (),
    methods: Iterable[str] = (),
    allocation: Allocation | None = None,
    log_folder: Path | None = None,
    settings_file: Path | None = None,
    look_at_pixels: bool = True,
) -> list[Finding]:
    """Look for everything in the table of `medsr_viewer.survey.audit`.

    Parameters
    ----------
    folder : SurveyFolder
        The survey, before or while it is rated.
    exposed : iterable of str
        Texts of the window that will show it.
    methods : iterable of str
        Names of all methods that the program has: none may be among `exposed`.
    allocation : Allocation, optional
        Where it is at hand, when a survey is set up: order, places and identifiers are compared by condition.
    log_folder, settings_file : Path, optional
        Of this workstation; the program's own where they are left out.
    look_at_pixels : bool
        Whether the stimuli's files are read, their checksums compared and their pixels looked at. The rating window
        does the second by itself, and needs no third: pixels with the recorded checksum were looked at before.

    Returns
    -------
    list of Finding
        Those that refuse first; empty for a sound survey. None names a condition, method or case.

    Raises
    ------
    MedsrError
        If the survey cannot be read at all.
    """
    design, plan = read_design(folder.design_file), read_plan(folder.plan_file)
    with folder.open() as store:
        records = store.records()
    files = list_files(folder.path)
    secrets = words.secrets_of(design, plan)
    stimuli = [
        replace(fact, name=fact.name.removeprefix("stimuli/")) for fact in files if fact.name.startswith("stimuli/")
    ]
    readable = {name: path for name in plan.stimuli if (path := folder.stimulus_file(name)).is_file()}
    prints, attention = _first_look(plan, readable) if look_at_pixels else ({}, frozenset())
    size = stimuli_per_case(design)
    cases = group_cases(plan, size, fingerprints=prints or None, attention=attention, allocation=allocation)

    found: list[Finding] = []
    found += _stimulus_findings(stimuli, plan, cases, readable)
    found += _plan_findings(design, plan, cases, size, attention if look_at_pixels else None, allocation)
    found += words.check_design_texts(design, secrets)
    found += _text_findings(folder, records, secrets)
    found += words.check_exposed(exposed, design, words.secrets_of(design, plan, methods))
    found += _folder_findings(folder, files, records, secrets)
    found += _workstation_findings(
        log_folder or settings.log_folder(), settings_file or settings.settings_file(), secrets
    )
    if look_at_pixels:
        found += checksums.check_checksums(folder, plan)
        found += _pixel_findings(design, plan, cases, readable)
    return sorted(dict.fromkeys(found), key=lambda finding: finding.severity != "refuse")


def recent_paths(content: str) -> tuple[str, ...]:
    """Return the files opened last, as the window's settings file lists them."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",))
    try:
        parser.read_string(content)
    except configparser.Error:
        return ()
    if not parser.has_section("recent"):
        return ()
    return tuple(value.strip('"') for key, value in parser.items("recent") if re.fullmatch(r"\d+\\path", key))


def _first_look(plan: Plan, readable: Mapping[str, Path]) -> tuple[dict[str, NDArray[np.float64]], frozenset[str]]:
    prints, attention = {}, set()
    for name, path in readable.items():
        image = _load(path)
        if image is None:
            continue
        if is_attention_check(plan.stimuli[name], image):
            attention.add(name)
        else:
            prints[name] = fingerprint(image)
    return prints, frozenset(attention)


def _stimulus_findings(
    files: Sequence[FileFact], plan: Plan, cases: Cases, readable: Mapping[str, Path]
) -> Iterator[Finding]:
    yield from stimulus_files.check_files(files, plan)
    yield from stimulus_files.check_sizes(files, cases)
    yield from stimulus_files.check_written_order(files, cases)
    for name, path in readable.items():
        with path.open("rb") as file:
            head = file.read(_HEAD)
        yield from stimulus_files.check_header(name, head, path.stat().st_size, plan.stimuli[name].shape)


def _plan_findings(
    design: Design,
    plan: Plan,
    cases: Cases,
    size: int,
    attention: frozenset[str] | None,
    allocation: Allocation | None,
) -> Iterator[Finding]:
    if attention is not None:
        yield from presentation.check_looks(plan, cases, size, attention)
    yield from presentation.check_roles(plan)
    yield from presentation.check_doubles(plan, cases)
    yield from presentation.check_sitting(design)
    yield from identifiers.check_identifiers(plan, design)
    yield from balance.check_balance(plan, cases, allocation)
    if allocation is not None:
        yield from identifiers.check_identifier_order(plan, allocation)


def _text_findings(folder: SurveyFolder, records: Sequence[Record], secrets: words.Secrets) -> Iterator[Finding]:
    plan = {"plan.json": words.texts_in(parsed(folder.plan_file.read_bytes()))}
    yield from words.check_texts(plan["plan.json"], "plan.json", secrets)
    yield from words.check_records(records, secrets)
    for where, texts in {**plan, **words.texts_of_kinds(records)}.items():
        yield from paths.check_text_paths("\n".join(texts), where)


def _folder_findings(
    folder: SurveyFolder, files: Sequence[FileFact], records: Sequence[Record], secrets: words.Secrets
) -> Iterator[Finding]:
    names = [fact.name for fact in files]
    closed = any(record.kind == "closed" for record in records)
    yield from other_files.check_folder_name(folder.path.absolute(), secrets)
    yield from other_files.check_allocation(names, closed=closed)
    design = folder.design_file.read_text("utf-8")
    yield from other_files.check_design_source(design, secrets.stimuli)
    yield from paths.check_design_paths(design)
    yield from paths.check_sources_apart(names)
    extras = {name: other_files.read_extra(folder.path, name) for name in other_files.extra_files(names)}
    for name, content in extras.items():
        where = "*" + Path(name).suffix
        yield from other_files.check_extra_name(name, secrets)
        if zipfile.is_zipfile(folder.path / name):
            yield from other_files.check_archive(folder.path / name, where, secrets)
        else:
            yield from other_files.check_extra_content(content, where, secrets)
    if extras and not closed:
        yield from other_files.check_passphrase(extras, folder.read_sealed())
    if not closed:
        if folder.database_file.is_file():
            yield from other_files.check_database(database_image(folder.database_file), "survey.sqlite", secrets)
        for name in names:
            if name.startswith("survey.sqlite") and name not in _LOCKED:
                yield from other_files.check_database((folder.path / name).read_bytes(), name, secrets)


def _workstation_findings(log_folder: Path, settings_file: Path, secrets: words.Secrets) -> Iterator[Finding]:
    for path in sorted(log_folder.glob("*.log*")) if log_folder.is_dir() else ():
        yield from words.check_log(path.read_text("utf-8", "replace"), path.name, secrets)
    if settings_file.is_file():
        yield from words.check_recent(recent_paths(settings_file.read_text("utf-8", "replace")), secrets)


def _pixel_findings(design: Design, plan: Plan, cases: Cases, readable: Mapping[str, Path]) -> Iterator[Finding]:
    for group in cases.groups:
        by_look: dict[object, dict[str, FloatArray]] = {}
        for name in group:
            image = _load(readable[name]) if name in readable else None
            if image is not None:
                by_look.setdefault(look_of(plan.stimuli[name]), {})[name] = image
        for stack in by_look.values():
            yield from _case_findings(stack, plan.stimuli[next(iter(stack))].window, design.factors)


def _case_findings(
    stack: Mapping[str, FloatArray], window: tuple[float, float], factors: Sequence[int]
) -> Iterator[Finding]:
    yield from pixels.check_numbers(stack)
    if len({image.shape for image in stack.values()}) > 1:
        return  # told by their headers
    shown = {name: pixels.displayed(image, window) for name, image in stack.items()}
    yield from pixels.check_range(stack, window, max(factors))
    yield from pixels.check_clipping(stack, window, max(factors))
    yield from pixels.check_flat_areas(stack, shown, max(factors))
    yield from pixels.check_borders(stack, shown)
    yield from seams.check_seams(shown, math.lcm(*factors))
    yield from pixels.check_rounding(stack, window)


def _load(path: Path) -> FloatArray | None:
    """Return a stimulus's pixels; None where the file is damaged, which its checksum tells."""
    try:
        image = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError, EOFError):
        return None
    return np.asarray(image) if image.ndim in (2, 3) and image.dtype == np.float32 else None
