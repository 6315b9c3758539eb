"""Mistakes in a design as the wizard tells them: by its fields and steps, where the rules speak of a file's keys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from medsr_viewer.survey.design_mistakes import Mistake
from medsr_viewer.survey.report.wording import counted
from medsr_viewer.ui.survey_setup.wizard_fields import COLUMNS, entry_of, step_of


@dataclass(frozen=True)
class Told:
    """What is said of a mistake.

    Parameters
    ----------
    text : str
        A sentence or two, without any key.
    leads : tuple of str
        Keys of fields that the user may want to go to, as ``cases[2].window``.
    """

    text: str
    leads: tuple[str, ...] = ()


def told(mistake: Mistake) -> Told:
    """Return what the wizard says of a mistake; one that it has no words of its own for keeps those of the rules."""
    entry = entry_of(mistake.key)
    sentence, *leads = _words_of(mistake)
    if entry is None:
        return Told(sentence, tuple(leads))
    row, column = entry
    heading = COLUMNS[mistake.key.partition("[")[0]].get(column)
    return Told(f"Row {row}, {heading}: {sentence}" if heading else f"Row {row}: {sentence}", (mistake.key, *leads))


def said(mistake: Mistake) -> str:
    """Return what is said of a mistake where the row that it is in is plain to see."""
    return _words_of(mistake)[0]


def lead_text(key: str) -> str:
    """Return the text of a link to a field."""
    if entry := entry_of(key):
        return f"Show row {entry[0]}"
    number, title = step_of(key)
    return f"Go to step {number}, {title}"


_Words = Callable[[str, str], tuple[str, ...]]
"""From what was found, and what is allowed, to a sentence, and to keys of other fields that have a part in it."""


def _words_of(mistake: Mistake) -> tuple[str, ...]:
    pattern = re.sub(r"\[\d+\]", "[]", mistake.key)
    found, allowed = mistake.found.removeprefix("= "), mistake.allowed.removeprefix("allowed: ")
    words = next((make for key, has, make in _WORDS if key == pattern and has in str(mistake)), _by_the_rules)
    return words(_unquoted(found), allowed)


def _always(*words: str) -> _Words:
    return lambda _found, _allowed: words


def _name(found: str, allowed: str) -> tuple[str, ...]:
    if other := re.search(r"\w+\[(\d+)\]\.name has not", allowed):
        return (f"“{found}” is the name in row {other.group(1)}, too. Capitals and small letters count as the same.",)
    kept = "A name is needed" if not found else f"“{found}” cannot be a name"
    return (f"{kept}: up to 64 letters of A to Z, digits, “.”, “_” and “-”; a letter or a digit comes first.",)


def _telling(what: str) -> _Words:
    def words(found: str, _allowed: str) -> tuple[str, ...]:
        name = found.removeprefix('contains "').removesuffix('"')
        return (f"{what} “{name}”, which is the name of a condition or a method. Observers read this: take it out.",)

    return words


def _not_made(found: str, allowed: str) -> tuple[str, ...]:
    scale, _, names = allowed.removeprefix("at ").partition(": ")
    return f"“{found}” is not made for {scale}. Remove it, or choose another scale. At {scale} there are: {names}.", (
        "scale_factor"
    )


def _of_number(sentence: str) -> _Words:
    """Return words in which {found} stands for the first number that was found, {allowed} for the last one allowed."""

    def words(found: str, allowed: str) -> tuple[str, ...]:
        numbers = [re.findall(r"\d+", text) or [""] for text in (found, allowed)]
        return sentence.format(found=numbers[0][-1], allowed=numbers[1][-1]), "protocol"

    return words


def _number_of_labels(found: str, allowed: str) -> tuple[str, ...]:
    return (f"A scale of its own has {allowed.partition(',')[0]} labels, not {found.removeprefix('are ')}.",)


_REGION = (
    "“{}” is no region. Four whole numbers make one: row, column, height, width, the last two above 0. "
    "Leave it empty for the whole image."
)
_WINDOW = (
    "“{}” is no window. Two numbers make one: center, width, the width above 0. Leave it empty for the file's own."
)
_NEEDS_TRUTH = (
    "The protocol Present or absent (ROC) needs to know whether the finding is there: choose present or absent."
)
_ONE_TRUTH = "The truth of all cases is {}. The protocol Present or absent (ROC) needs some of each."

_NO_SAMPLE = (
    "nobody has enhanced the sample that the observers are to be trained on. Untick it, or tick a case for training."
)
_WORDS: tuple[tuple[str, str, _Words], ...] = (
    ("title", "contains", _telling("The title has")),
    ("title", "", _always("The survey needs a title: one line, up to 200 letters.")),
    ("mode", "", _always("This protocol shows the original beside the images: choose Test here, or another protocol.")),
    ("cases", "no case", _always("There is no case to rate. Add images; those with a tick at Training are not rated.")),
    ("cases", "looked for", _always("Images are still being looked for. Wait a moment.")),
    ("cases", "are all", lambda found, _: (_ONE_TRUTH.format(found.split('"')[1]), "protocol")),
    ("cases[].name", "", _name),
    ("cases[].path", "", lambda found, _: (f"the file is not there any more: {found}",)),
    ("cases[].frame", "", lambda found, _: (f"“{found}” is no frame. Frames are counted from 1.",)),
    ("cases[].region", "", lambda found, _: (_REGION.format(found.strip("[]")),)),
    ("cases[].window", "", lambda found, _: (_WINDOW.format(found.strip("[]")),)),
    ("cases[].finding", "", _always(_NEEDS_TRUTH, "protocol")),
    (
        "conditions",
        "fewer than two",
        _always("There are fewer than two conditions to compare. Tick another method, or the hidden reference."),
    ),
    (
        "conditions",
        "none of role",
        _always("Every condition is a low anchor. One at the least must have the role “under test”."),
    ),
    (
        "conditions",
        "are ",
        _of_number("{found} conditions do not fit on one screen. Take up to {allowed}, or another protocol."),
    ),
    ("conditions[].name", "undegraded", _always("This is the name of the undegraded image. Give another one.")),
    ("conditions[].name", "", _name),
    ("conditions[].method", "", _not_made),
    ("conditions[].images", "lacks the sample", _always(_NO_SAMPLE, "cases")),
    (
        "conditions[].images",
        "lacks",
        lambda found, _: (f"the folder {found}. Each case needs one image there, named as the case or as its file.",),
    ),
    ("conditions[].images", "", lambda found, _: (f"the folder is not there: {found}",)),
    (
        "conditions[].scale_factor",
        "enhance",
        _always("Another scale makes an image of another size, which tells the condition: take the survey's."),
    ),
    (
        "questions",
        "are ",
        _of_number("There are {found} questions. Take up to {allowed}, or choose another protocol."),
    ),
    ("questions[].name", "", _name),
    ("questions[].text", "contains", _telling("The question has")),
    ("questions[].labels[]", "contains", _telling("A label has")),
    (
        "questions[].labels[]",
        "another word",
        lambda found, _: (f"“{found}” is there twice. Each label is another one.",),
    ),
    ("questions[].labels[]", "one line", lambda found, allowed: (f"“{found}” is too long: {allowed}.",)),
    ("questions[].labels", "has its scales", _always("This protocol has scales of its own: choose one.", "protocol")),
    ("questions[].labels", "are ", _number_of_labels),
    ("questions[].text", "", _always("Write what the observers are asked.")),
    (
        "arrangement.cases_per_observer",
        "",
        lambda found, allowed: (
            f"{found} were asked for, of {counted(int(allowed.rpartition(' ')[2]), 'case')} to rate.",
            "cases",
        ),
    ),
    ("arrangement.seed", "", _always("A seed is a whole number, 0 or above. Leave it empty to have one drawn.")),
    ("texts.instructions", "contains", _telling("The instructions have")),
    ("texts.consent", "contains", _telling("The consent has")),
    ("store", "", _always("This is no address of a database: postgresql+psycopg://user@host/database is one.")),
    ("folder", "missing", _always("Choose a new folder for the survey.")),
    ("folder", "no whole path", _always("Write the whole path of the folder, from the root on.")),
    ("folder", "cannot be read", lambda found, _: (f"The folder {found}. Choose a new one that may be written.",)),
    ("folder", "holds something", _always("The folder holds something already. Choose a new or an empty one.")),
    ("passphrase.again", "", _always("This is not the same passphrase. Type it again.")),
    ("passphrase", "", _always("Type a passphrase that you can keep.")),
)
"""Key with rows left out, a part of what the rules say, and the words; the first that fits is taken."""


def _by_the_rules(found: str, allowed: str) -> tuple[str, ...]:
    return (f"“{found}” is not possible. Possible: {allowed}.",)


def _unquoted(found: str) -> str:
    """Return a text without the quotes that it has in a file."""
    if found.startswith('"') and found.endswith('"'):
        try:
            return str(json.loads(found))
        except ValueError:  # it was shortened
            return found.strip('"')
    return found
