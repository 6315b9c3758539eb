"""Words that give a condition away: what observers read must not name one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from medsr_viewer.survey.design import Condition


def telling_names(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """Return the names of conditions and methods, which observers must not read, without the reference's.

    That there is a reference tells nothing: protocols may even say so in their instructions.
    """
    names: dict[str, None] = {}
    for condition in conditions:
        if condition.role != "reference":
            # A blend's position is no part of its name: "NAME 40 %", "NAME:0.4".
            names |= dict.fromkeys(
                (condition.name, condition.method, re.split(r"[\s:]", condition.method, maxsplit=1)[0])
            )
    return tuple(name for name in names if re.search(r"[^\W_]", name))


def names_in(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that a text contains, however they are written.

    Parameters
    ----------
    text : str
        What observers read.
    names : iterable of str
        Each with a letter or a digit. Found in capitals too, with any or no signs between their parts, and with a
        number or a plural after them: "Swift SRGANs" and "swift_srgan2" contain swift-srgan. Not inside another word.
    """
    folded = _folded(text)  # patterns are slow on megabytes: most names are not there at all
    return tuple(name for name in names if _folded(_parts(name)[0]) in folded and _pattern(name).search(text))


def _parts(name: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|\d+", name)


def _folded(text: str) -> str:
    return text.casefold().replace("\u0307", "").replace("\u0131", "i")  # patterns take dotted and dotless i for i


def _pattern(name: str) -> re.Pattern[str]:
    parts = _parts(name)
    body = r"[\W_]*".join(re.escape(part) for part in parts)
    end = r"(?![^\W_])" if parts[-1].isdecimal() else r"s?(?![^\W\d_])"
    return re.compile(rf"(?<![^\W_]){body}{end}", re.IGNORECASE)
