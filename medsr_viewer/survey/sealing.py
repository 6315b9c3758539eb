"""The sealed allocation: committed to when a survey is set up, readable with the coordinator's passphrase alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from medsr_viewer.errors import InputError, SurveyError, WrongPassphrase
from medsr_viewer.survey.plan import Allocation, Computation, Meaning, Origin
from medsr_viewer.survey.records import canonical

FORMAT = 3
"""1: allocations that do not say how the stimuli were computed; they are still opened."""
_COST = {"n": 2**15, "r": 8, "p": 1}  # 32 MiB and about 0.1 s a guess
_KEY, _CHECK = 32, 16
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _LETTERS_A_GROUP = 4, 4
_RESTORE = "Restore the file from a backup."


@dataclass(frozen=True)
class Sealed:
    """An encrypted allocation.

    Parameters
    ----------
    commitment : str
        SHA-256 of the canonical allocation, hexadecimal: public from the start, so that it cannot be exchanged later.
    salt : bytes
        16 random bytes of scrypt (RFC 7914).
    check : bytes
        16 bytes of scrypt's output that are not the key: tells a wrong passphrase from a damaged text.
    nonce : bytes
        12 random bytes.
    text : bytes
        AES-256-GCM, with its tag.
    """

    commitment: str
    salt: bytes
    check: bytes
    nonce: bytes
    text: bytes

    def to_json(self) -> str:
        """Return the content of allocation.sealed."""
        held = {name: value if isinstance(value, str) else _base64(value) for name, value in vars(self).items()}
        document = {"format": FORMAT, "kdf": "scrypt", **_COST, "cipher": "AES-256-GCM", **held}
        return json.dumps(document | {"checksum": _checksum(document)}, indent=1) + "\n"

    @classmethod
    def from_json(cls, content: str | bytes) -> Sealed:
        """Read the content of allocation.sealed.

        Raises
        ------
        SurveyError
            If it is damaged, or of a newer version of the program.
        """
        try:
            document = json.loads(content)
            checksum = document.pop("checksum")
            if document["format"] not in range(1, FORMAT + 1):
                raise SurveyError("the sealed allocation was made by a newer version of the program", "Update it.")
            if checksum != _checksum(document) or {name: document[name] for name in _COST} != _COST:
                raise ValueError("it does not match its checksum")
            fields = {name: base64.b64decode(document[name]) for name in ("salt", "check", "nonce", "text")}
            return cls(commitment=document["commitment"], **fields)
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as exc:
            raise SurveyError("the sealed allocation is damaged", _RESTORE) from exc


def new_nonce() -> str:
    """Return the 32 random bytes, hexadecimal, that an allocation needs: its commitment could be guessed otherwise."""
    return secrets.token_hex(32)


def allocation_bytes(allocation: Allocation) -> bytes:
    """Return the one form of an allocation, which its commitment is the SHA-256 of; also that of allocation.json."""
    held = asdict(allocation)
    if allocation.computation is None:  # as it was committed to before this was kept
        del held["computation"]
    else:
        for origin in held["computation"]["conditions"].values():
            if origin["orientations"] is None:  # likewise
                del origin["orientations"]
    return canonical(held)


def allocation_from(content: bytes) -> Allocation:
    """Read what `allocation_bytes` wrote.

    Raises
    ------
    SurveyError
        If it is damaged.
    """
    try:
        held: dict[str, Any] = json.loads(content)
        meanings = {identifier: Meaning(**one) for identifier, one in held.pop("meanings").items()}
        computation = _computation(held.pop("computation", None))
        return Allocation(meanings=meanings, computation=computation, **held)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise SurveyError("the allocation is damaged", "Close the survey again from its sealed allocation.") from exc


def commitment_of(allocation: Allocation) -> str:
    """Return SHA-256 of the canonical allocation, hexadecimal."""
    return hashlib.sha256(allocation_bytes(allocation)).hexdigest()


def seal(allocation: Allocation, passphrase: str) -> Sealed:
    """Encrypt an allocation.

    Raises
    ------
    InputError
        If the passphrase is empty.
    """
    if not passphrase:
        raise InputError("the passphrase is empty", "Choose one that nobody guesses, and keep it safe.")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    key, check = _derive(passphrase, salt)
    commitment = commitment_of(allocation)
    text = AESGCM(key).encrypt(nonce, allocation_bytes(allocation), commitment.encode("ascii"))
    return Sealed(commitment, salt, check, nonce, text)


def drawn_passphrase() -> str:
    """Return a passphrase that nobody guesses, of letters that nobody confuses."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_A_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def unseal(sealed: Sealed, passphrase: str) -> Allocation:
    """Decrypt an allocation.

    Raises
    ------
    WrongPassphrase
        If it is another one.
    SurveyError
        If the passphrase is right, and the sealed text was altered.
    """
    key, check = _derive(passphrase, sealed.salt)
    if not hmac.compare_digest(check, sealed.check):
        raise WrongPassphrase("the sealed allocation does not open with this passphrase")
    try:
        content = AESGCM(key).decrypt(sealed.nonce, sealed.text, sealed.commitment.encode("utf-8"))
    except (InvalidTag, ValueError) as exc:
        raise SurveyError("the passphrase is right, but the sealed allocation was altered", _RESTORE) from exc
    if hashlib.sha256(content).hexdigest() != sealed.commitment:
        raise SurveyError("the sealed allocation is not the one that was committed to", _RESTORE)
    return allocation_from(content)


def read_passphrase(path: Path) -> str:
    """Return the first line of a passphrase file.

    Raises
    ------
    InputError
        If it cannot be read, is not UTF-8, or its first line is empty.
    """
    try:
        line = path.read_text("utf-8-sig").partition("\n")[0].removesuffix("\r")
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror or exc}", "Name the file that holds the passphrase.") from exc
    except UnicodeDecodeError as exc:
        raise InputError(f"{path}: the passphrase is not UTF-8 text", "Save the file as UTF-8.") from exc
    if not line:
        raise InputError(f"{path}: the first line is empty", "Write the passphrase there.")
    return line


def _computation(held: dict[str, Any] | None) -> Computation | None:
    if held is None:
        return None
    origins = {name: _origin(one) for name, one in held.pop("conditions").items()}
    return Computation(conditions=origins, **held)


def _origin(held: dict[str, Any]) -> Origin:
    weights, devices = tuple(held["weights_sha256"]), tuple(held["devices"])
    return Origin(held["method"], held["scale_factor"], weights, devices, held.get("orientations"))


def _derive(passphrase: str, salt: bytes) -> tuple[bytes, bytes]:
    # Composed letters: the same key from keyboards of macOS and Windows.
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8")
    output = Scrypt(salt=salt, length=_KEY + _CHECK, **_COST).derive(secret)
    return output[:_KEY], output[_KEY:]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _checksum(document: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()
