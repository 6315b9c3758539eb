"""The allocation is readable with the passphrase alone, and is the one that was committed to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from medsr_viewer.errors import InputError, SurveyError, WrongPassphrase
from medsr_viewer.survey import sealing
from medsr_viewer.survey.plan import Allocation, Computation, Meaning, Origin
from medsr_viewer.survey.sealing import (
    FORMAT,
    Sealed,
    allocation_bytes,
    allocation_from,
    commitment_of,
    new_nonce,
    read_passphrase,
    seal,
    unseal,
)

ALLOCATION = Allocation(
    nonce="ab" * 32,
    seed=2**60,
    meanings={"0" * 32: Meaning("knee", "bicubic"), "1" * 32: Meaning("", "")},
    kinds={"0/abc": "repeat"},
    expected={"1" * 32: 4},
)


@pytest.fixture(scope="module")
def sealed() -> Sealed:
    return seal(ALLOCATION, "grüße 1")


def test_the_passphrase_opens_what_was_sealed(sealed: Sealed) -> None:
    read = Sealed.from_json(sealed.to_json())
    assert read == sealed
    assert unseal(read, "grüße 1") == ALLOCATION
    assert unseal(read, "gru\u0308ße 1") == ALLOCATION, "another keyboard, the same letters"


@pytest.mark.parametrize("passphrase", ["", "grüße 2", "Grüße 1", "grüße 1 "])
def test_another_passphrase_does_not(sealed: Sealed, passphrase: str) -> None:
    with pytest.raises(WrongPassphrase):
        unseal(sealed, passphrase)


def test_nothing_of_the_allocation_can_be_read(sealed: Sealed) -> None:
    content = sealed.to_json()
    for word in ("knee", "bicubic", "0" * 32, "ab" * 32, str(2**60)):
        assert word not in content
        assert word.encode() not in sealed.text


def test_each_sealing_is_another(sealed: Sealed) -> None:
    again = seal(ALLOCATION, "grüße 1")
    assert again.commitment == sealed.commitment
    assert not {again.salt, again.nonce, again.text, again.check} & {
        sealed.salt,
        sealed.nonce,
        sealed.text,
        sealed.check,
    }
    assert len(new_nonce()) == 64
    assert new_nonce() != new_nonce()


def test_the_commitment_is_the_digest_of_the_canonical_allocation(sealed: Sealed) -> None:
    by_hand = {
        "nonce": "ab" * 32,
        "seed": 2**60,
        "meanings": {
            "0" * 32: {"case": "knee", "condition": "bicubic"},
            "1" * 32: {"case": "", "condition": ""},
        },
        "kinds": {"0/abc": "repeat"},
        "expected": {"1" * 32: 4},
    }
    content = json.dumps(by_hand, sort_keys=True, separators=(",", ":")).encode()
    assert commitment_of(ALLOCATION) == sealed.commitment == hashlib.sha256(content).hexdigest()
    assert allocation_bytes(ALLOCATION) == content
    assert allocation_from(content) == ALLOCATION


COMPUTED = replace(
    ALLOCATION,
    computation=Computation(
        program="MedSR Viewer 1",
        degradation="bicubic",
        versions={"torch": "2", "numpy": "1"},
        conditions={
            "near": Origin("nearest", 2, (), ("CPU",)),
            "blend": Origin("fmen-fmen-gan 40 %", 4, ("0a" * 32, "0b" * 32), ("CPU",)),
            "reference": Origin(),
        },
    ),
)


def test_how_the_stimuli_were_computed_is_sealed_too() -> None:
    sealed = seal(COMPUTED, "grüße 1")
    assert unseal(Sealed.from_json(sealed.to_json()), "grüße 1") == COMPUTED
    assert allocation_from(allocation_bytes(COMPUTED)) == COMPUTED
    for word in ("0a" * 32, "fmen", "torch"):
        assert word not in sealed.to_json()
        assert word.encode() not in sealed.text


def test_orientations_that_were_not_kept_are_unknown_and_keep_their_commitment() -> None:
    assert COMPUTED.computation is not None
    assert b"orientations" not in allocation_bytes(COMPUTED), "else older surveys would no longer be what they were"
    origins = dict(COMPUTED.computation.conditions)
    turned = {name: replace(one, orientations=8) if one.weights_sha256 else one for name, one in origins.items()}
    kept = replace(COMPUTED, computation=replace(COMPUTED.computation, conditions=turned))
    opened = allocation_from(allocation_bytes(kept))
    assert opened == kept
    assert commitment_of(kept) != commitment_of(COMPUTED), "another card is told from this one"
    before = allocation_from(allocation_bytes(COMPUTED)).computation
    assert before is not None
    assert {one.orientations for one in before.conditions.values()} == {None}


def test_an_allocation_of_an_older_version_opens_and_keeps_its_commitment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "FORMAT", 1)
    sealed = seal(ALLOCATION, "grüße 1")
    content = sealed.to_json()
    monkeypatch.undo()
    opened = unseal(Sealed.from_json(content), "grüße 1")
    assert opened.computation is None
    assert commitment_of(opened) == sealed.commitment
    assert b"computation" not in allocation_bytes(opened)


@pytest.mark.parametrize("held", [[], {"conditions": {"a": {"method": "x"}}}, {"program": "p"}, 3])
def test_a_damaged_computation_says_so(held: object) -> None:
    content = json.loads(allocation_bytes(COMPUTED)) | {"computation": held}
    with pytest.raises(SurveyError, match="damaged"):
        allocation_from(json.dumps(content).encode())


@pytest.mark.parametrize("field", ["commitment", "salt", "check", "nonce", "text", "checksum", "n", "r", "p", "kdf"])
def test_an_altered_file_is_damaged_and_not_a_wrong_passphrase(sealed: Sealed, field: str) -> None:
    document = json.loads(sealed.to_json())
    value = document[field]
    document[field] = value + 1 if isinstance(value, int) else ("B" if value[0] == "A" else "A") + value[1:]
    with pytest.raises(SurveyError, match="the sealed allocation is damaged") as raised:
        Sealed.from_json(json.dumps(document))
    assert not isinstance(raised.value, WrongPassphrase)
    del document[field]
    with pytest.raises(SurveyError, match="the sealed allocation is damaged"):
        Sealed.from_json(json.dumps(document))


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\x00", b"\xff\xfe", '{"checksum": 3}'])
def test_a_file_that_is_none_is_damaged(content: str | bytes) -> None:
    with pytest.raises(SurveyError, match="damaged"):
        Sealed.from_json(content)


@pytest.mark.parametrize("cut", [0, 5, 100, -2])
def test_a_file_that_was_cut_off_is_damaged(sealed: Sealed, cut: int) -> None:
    with pytest.raises(SurveyError, match="damaged"):
        Sealed.from_json(sealed.to_json()[:cut])


def test_a_newer_format_is_named(sealed: Sealed) -> None:
    document = json.loads(sealed.to_json()) | {"format": FORMAT + 1}
    with pytest.raises(SurveyError, match="newer version"):
        Sealed.from_json(json.dumps(document))


def test_what_was_altered_with_a_new_checksum_does_not_open(sealed: Sealed) -> None:
    for altered in (
        Sealed(sealed.commitment, sealed.salt, sealed.check, sealed.nonce, sealed.text[:-1] + b"x"),
        Sealed(sealed.commitment, sealed.salt, sealed.check, b"x" * 12, sealed.text),
        Sealed("0" * 64, sealed.salt, sealed.check, sealed.nonce, sealed.text),
    ):
        with pytest.raises(SurveyError, match="passphrase is right, but the sealed allocation was altered"):
            unseal(Sealed.from_json(altered.to_json()), "grüße 1")


@pytest.mark.parametrize("content", [b"{}", b"[]", b"", b'{"meanings": {"a": {"case": 1}}}', b"\xff"])
def test_a_damaged_allocation_says_so(content: bytes) -> None:
    with pytest.raises(SurveyError, match="damaged"):
        allocation_from(content)


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [(b"a b", "a b"), (b"a \r\nsecond", "a "), ("\ufeffä\n".encode(), "ä"), (b" \n", " ")],
)
def test_a_passphrase_is_the_first_line(tmp_path: Path, content: bytes, passphrase: str) -> None:
    path = tmp_path / "p"
    path.write_bytes(content)
    assert read_passphrase(path) == passphrase


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file"), (b"", "is empty"), (b"\nx", "is empty"), (b"\xff", "not UTF-8")]
)
def test_a_passphrase_file_without_one(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "p"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        read_passphrase(path)


def test_an_empty_passphrase_seals_nothing() -> None:
    with pytest.raises(InputError, match="empty"):
        seal(ALLOCATION, "")
