"""Records: everything that happens in a survey, one after another, each with the digest of the one before."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "created",
    "site",
    "observer",
    "session",
    "consent",
    "screen",
    "training",
    "rating",
    "pair",
    "break",
    "pause",
    "resume",
    "finished",
    "withdrawn",
    "erased",
    "closed",
    "imported",
    "simulated",
    "clock_back",
    "restored",
]
Payload: TypeAlias = dict[str, Any]

BEGINNING = "0" * 64
"""What stands for the record before the first."""


@dataclass(frozen=True)
class Record:
    """One thing that happened.

    Parameters
    ----------
    site : str
        16 hexadecimal digits of the database that it happened in.
    sequence : int
        From 1, without gaps, within the site.
    kind : Kind
        What happened.
    session : str
        The sitting that it belongs to; "" for none.
    key : str
        Unique within site and kind; "" where the same may happen again.
    time : str
        UTC, ISO-8601 with microseconds.
    payload : dict or None
        Its values, as JSON has them; None once they were erased.
    salt : str or None
        16 random bytes, hexadecimal: without them a digest would tell an erased rating. Erased with the payload.
    payload_digest : str
        SHA-256 of salt and canonical payload, hexadecimal.
    previous : str
        Digest of the site's record before; `BEGINNING` for the first.
    digest : str
        SHA-256 of all of the above but payload and salt, which can therefore be erased without breaking the chain.
    """

    site: str
    sequence: int
    kind: Kind
    session: str
    key: str
    time: str
    payload: Payload | None
    salt: str | None
    payload_digest: str
    previous: str
    digest: str


def canonical(value: object) -> bytes:
    """Return JSON in its one form: keys sorted, no spaces, ASCII.

    Raises
    ------
    ValueError, TypeError
        If JSON cannot hold the value: infinities, NaN, arrays, bytes.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def parsed(content: str | bytes) -> Any:
    """Return what JSON holds; other threads have their turn at each object of it, so that a window goes on.

    Raises
    ------
    ValueError
        If it is none.
    """
    return json.loads(content, object_hook=lambda held: held)


def make_record(
    site: str,
    sequence: int,
    kind: Kind,
    payload: Mapping[str, Any],
    *,
    session: str,
    key: str,
    time: str,
    previous: str,
) -> Record:
    """Return a record with a new salt and its digests; the payload becomes what JSON makes of it."""
    plain: Payload = json.loads(canonical(dict(payload)))
    salt = secrets.token_hex(16)
    payload_digest = digest_of_payload(salt, plain)
    digest = _digest(site, sequence, kind, session, key, time, payload_digest, previous)
    return Record(site, sequence, kind, session, key, time, plain, salt, payload_digest, previous, digest)


def digest_of_payload(salt: str, payload: Payload) -> str:
    """Return SHA-256(salt, canonical payload), hexadecimal.

    Raises
    ------
    ValueError
        If the salt is not hexadecimal.
    """
    return hashlib.sha256(bytes.fromhex(salt) + canonical(payload)).hexdigest()


def digest_of(record: Record) -> str:
    """Return the digest that a record must have."""
    return _digest(
        record.site,
        record.sequence,
        record.kind,
        record.session,
        record.key,
        record.time,
        record.payload_digest,
        record.previous,
    )


def _digest(*header: object) -> str:
    return hashlib.sha256(canonical(header)).hexdigest()
