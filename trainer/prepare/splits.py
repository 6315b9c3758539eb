"""Who goes into which split, and under which key: pure functions of what a file says, so nobody ever moves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from medsr_viewer.errors import InputError
from trainer.prepare.options import SPLITS


class PatientInTwoSplits(InputError):
    """A patient's images would be trained and validated on."""

    title = "A patient would be in two splits"


def split_of(identity: str, shares: tuple[float, float, float], seed: int) -> str:
    """Return the split of a patient (or an image), by a hash: what else is in the set does not matter.

    Parameters
    ----------
    identity : str
        What tells it apart.
    shares : (float, float, float)
        Of train, val and test.
    seed : int
        Another seed is another split.
    """
    digest = hashlib.sha256(f"{seed}\0{identity}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < shares[0]:
        return SPLITS[0]
    return SPLITS[1] if place < shares[0] + shares[1] else SPLITS[2]


def key_of(identity: str, salt: str) -> str:
    """Return a key that tells identities apart and, without the salt, says nothing about them."""
    return hashlib.sha256(f"{salt}\0{identity}".encode()).hexdigest()[:16]


def check_no_leak(rows: Iterable[Mapping[str, str]]) -> None:
    """Check that each patient is in one split.

    Parameters
    ----------
    rows : iterable of mappings
        With ``patient``, a key, and ``split``.

    Raises
    ------
    PatientInTwoSplits
        If one is not.
    """
    splits: dict[str, set[str]] = {}
    for row in rows:
        splits.setdefault(row["patient"], set()).add(row["split"])
    leaks = sorted(patient for patient, found in splits.items() if len(found) > 1)
    if leaks:
        raise PatientInTwoSplits(
            f"{len(leaks)} patients, the first with the key {leaks[0]}, would be in {' and '.join(splits[leaks[0]])}",
            "Nothing was written. Choose a new folder, or the options that this one was made with.",
        )
