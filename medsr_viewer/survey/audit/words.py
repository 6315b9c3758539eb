"""Names of conditions, methods and cases in texts: of the design, the plan, the records, the window, logs, settings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePath
from typing import Any

from medsr_viewer.survey.audit.finding import SET_UP_AGAIN, SHOWN, Finding, Severity
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.giveaways import names_in, telling_names
from medsr_viewer.survey.plan import Plan
from medsr_viewer.survey.protocol_texts import CONSENT, INSTRUCTIONS, ON_OTHER_SCALES, TRAINING
from medsr_viewer.survey.protocols import complete
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.scales import SCALES

_SCORES = re.compile(
    r"(?<![^\W_])(?:ms[-_ ]?ssim|[dw]?psnr|ssim|uqi|lpips|dists|niqe|brisque|rmse|\d\s*dB)(?![^\W_])", re.I
)
_RANDOM = re.compile(r"(?<![^\W_])(?:[0-9a-f]{16}){1,4}(?![^\W_])")
_NEAR = 3  # lines of a log that belong together


@dataclass(frozen=True)
class Secrets:
    """What observers must not read.

    Parameters
    ----------
    telling : tuple of str
        Names of conditions and methods, the reference's left out.
    cases : tuple of str
        Names of cases and their files that are no ordinary words or numbers.
    stimuli : tuple of str
        Identifiers.
    """

    telling: tuple[str, ...]
    cases: tuple[str, ...]
    stimuli: tuple[str, ...] = ()


def secrets_of(design: Design, plan: Plan | None = None, methods: Iterable[str] = ()) -> Secrets:
    """Return the secrets of a survey.

    Parameters
    ----------
    design : Design
    plan : Plan, optional
        Whose stimuli must not be named either.
    methods : iterable of str
        Names of all methods that the program has; those of the design need not be among them.
    """
    completed = complete(design)
    folders = [one.images.name for one in completed.conditions if one.images is not None and one.role != "reference"]
    telling = dict.fromkeys((*telling_names(completed.conditions), *folders, *methods))
    cases = dict.fromkeys(text for case in completed.cases for text in (case.name, case.path.stem, case.path.name))
    ordinary = " ".join([design.title, *_own_texts()])
    return Secrets(
        tuple(name for name in telling if re.search(r"[^\W_]", name)),
        tuple(name for name in cases if _is_distinct(name) and not names_in(ordinary, [name])),
        tuple(plan.stimuli) if plan else (),
    )


def check_design_texts(design: Design, secrets: Secrets) -> Iterator[Finding]:
    """Find names in what the coordinator wrote for observers."""
    texts = [("title", design.title), ("texts.instructions", design.texts.instructions)]
    texts += [("texts.consent", design.texts.consent)]
    for number, question in enumerate(design.questions, 1):
        texts += [(f"questions[{number}].labels", label) for label in question.labels]
        texts += [(f"questions[{number}].text", question.text), (f"questions[{number}].name", question.name)]
    own = set(_own_texts())
    for key, text in texts:
        parts = [part for part in text.split("\n\n") if part not in own]
        if names_in(" ".join(parts), secrets.telling):
            yield Finding(
                "texts of the design",
                "a text that observers read names a condition or method",
                f"design.toml: {key}",
                f"Say it in other words. {SET_UP_AGAIN}",
            )


def texts_in(held: Any) -> list[str]:
    """Return the keys and texts that a value of JSON holds, each once; identifiers and digests left out of them.

    They are nearly all of a plan, what they are made of is checked apart, and some look like a name with a number.
    """
    return list(dict.fromkeys(_RANDOM.sub("", text) for text in dict.fromkeys(_strings(held))))


def check_texts(texts: Collection[str], where: str, secrets: Secrets) -> Iterator[Finding]:
    """Find names among texts that a program wrote, such as `texts_in` returns them."""
    joined = "\n".join(texts)
    for check, names, severity in _KINDS:
        if names_in(joined, getattr(secrets, names)):
            yield Finding(check, f"it holds the name of a {check.split()[-1]}", where, SET_UP_AGAIN, severity)


def check_records(records: Iterable[Record], secrets: Secrets) -> Iterator[Finding]:
    """Find names in records before the survey was closed: each kind is reported once."""
    for where, texts in texts_of_kinds(takewhile(lambda record: record.kind != "closed", records)).items():
        yield from check_texts(texts, where, secrets)


def texts_of_kinds(records: Iterable[Record]) -> dict[str, Collection[str]]:
    """Return the texts of records by what a message calls them, as of `texts_in`."""
    found: dict[str, dict[str, None]] = {}
    for record in records:
        texts = texts_in([record.kind, record.session, record.key, record.payload or {}])
        found.setdefault(f"records of kind {record.kind}", {}).update(dict.fromkeys(texts))
    return {where: tuple(texts) for where, texts in found.items()}


def check_exposed(texts: Iterable[str], design: Design, secrets: Secrets) -> Iterator[Finding]:
    """Find names, scores and identifiers in the texts of a window.

    Parameters
    ----------
    texts : iterable of str
        Titles, labels, tooltips, accessible names … of the rating window and of what stands beside it.
    design : Design
        Whose own texts are checked apart: see `check_design_texts`.
    secrets : Secrets
    """
    completed = complete(design)
    own = "\n".join(
        [design.title, completed.texts.instructions, completed.texts.consent, *_own_texts()]
        + [text for question in completed.questions for text in (question.text, *question.labels)]
    )
    for text in dict.fromkeys(texts):
        if not text.strip() or text in own:
            continue
        where = f"the window: “{_masked(text, secrets)}”"
        if names_in(text, secrets.telling):
            yield Finding(
                "texts of the window", "it names a condition or method", where, "Hide this text while rating."
            )
        if _SCORES.search(text):
            yield Finding("scores", "it shows an objective score", where, "Hide scores while rating.")
        if _names_stimulus(text, secrets):
            yield Finding("texts of the window", "it names a stimulus", where, "Hide this text while rating.")
        elif names_in(text, secrets.cases):
            yield Finding("texts of the window", "it names a case", where, "Hide this text while rating.", "warning")


def check_log(text: str, where: str, secrets: Secrets) -> Iterator[Finding]:
    """Find lines of a log that join a stimulus and a name, or that name a condition at all."""
    lines = text.splitlines()
    named = [number for number, line in enumerate(lines) if names_in(line, secrets.telling)]
    for number in named:
        if _names_stimulus("\n".join(lines[max(number - _NEAR, 0) : number + _NEAR + 1]), secrets):
            yield Finding(
                "logs",
                "it names a stimulus together with a condition or method",
                f"{where}, line {number + 1}",
                "Delete the log before observers use this workstation.",
            )
            return
    if named:
        yield Finding(
            "logs",
            "it names a condition or method",
            f"{where}, line {named[0] + 1}",
            "Delete the log before observers use this workstation.",
            "warning",
        )


def check_recent(paths: Sequence[str], secrets: Secrets) -> Iterator[Finding]:
    """Find files opened last that belong to the survey: the list shows them, and opens them beside it."""
    for number, path in enumerate(paths, 1):
        where, advice = f"recent files, number {number}", "Clear the list of recent files."
        if _names_stimulus(path, secrets):
            yield Finding("recent files", "a stimulus was opened in the viewer", where, advice)
        elif names_in(path, secrets.telling):
            yield Finding("recent files", "a file opened last names a condition or method", where, advice, "warning")
        elif {PurePath(path).name, PurePath(path).stem} & set(secrets.cases):
            yield Finding("recent files", "a case was opened in the viewer", where, advice, "warning")


_KINDS: tuple[tuple[str, str, Severity], ...] = (
    ("name of a condition", "telling", "refuse"),
    ("name of a case", "cases", "warning"),
)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, held in value.items():
            yield str(key)
            yield from _strings(held)
    elif isinstance(value, list):
        for held in value:
            yield from _strings(held)


def _own_texts() -> Iterator[str]:
    """Return the program's own texts: they are the same whatever is studied."""
    yield from (CONSENT, TRAINING, *CONSENT.split("\n\n"))
    for text in (*INSTRUCTIONS.values(), *ON_OTHER_SCALES.values()):
        yield from (text, *text.split("\n\n"))
    for scale in SCALES.values():
        yield from scale.labels


def _is_distinct(name: str) -> bool:
    return len(name) >= 4 and not re.fullmatch(r"[\d\W_]+|[a-zA-Z]{4,}", name)


def _names_stimulus(text: str, secrets: Secrets) -> bool:
    found = set(re.findall(rf"(?<![0-9a-f])[0-9a-f]{{{SHOWN}}}", text.casefold()))
    return bool(found) and any(identifier[:SHOWN] in found for identifier in secrets.stimuli)


def _masked(text: str, secrets: Secrets) -> str:
    """Return a text for a message, without the names in it."""
    words = [
        "…" if names_in(word, (*secrets.telling, *secrets.cases)) or _names_stimulus(word, secrets) else word
        for word in text.split()
    ]
    masked = " ".join(words)
    return "…" if names_in(masked, (*secrets.telling, *secrets.cases)) else masked[:80]
