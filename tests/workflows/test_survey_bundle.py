"""Bundles between sites: what is no bundle is refused in words."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.errors import MedsrError, SurveyError, UnreadableFile
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.new_folder import copy_for_site, new_folder
from medsr_viewer.survey.plan import Allocation, Plan
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.sealing import seal
from medsr_viewer.workflows.survey_bundle import end_in_words, export_bundle, merge_bundle

_DESIGN = """format = 2
sources = "00"
title = "Small"
protocol = "acr"
scale_factor = 2
[[cases]]
name = "a"
[[conditions]]
name = "first"
method = "bicubic"
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    with new_folder(tmp_path / "study") as new:
        sealed = seal(Allocation("00" * 32, 1, {}, {}, {}), "secret")
        new.finish(design=_DESIGN, plan=plan_text(Plan({}, (), ((),))), sealed=sealed)
    return tmp_path / "study"


@pytest.fixture
def held(study: Path, tmp_path: Path) -> dict[str, Any]:
    """What the bundle of another site holds."""
    copy_for_site(SurveyFolder(study), tmp_path / "other")
    assert export_bundle(tmp_path / "other", tmp_path / "bundle.zip").records == 2
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        document: dict[str, Any] = json.loads(bundle.read("records.json"))
    return document


def merge(study: Path, document: object) -> int:
    bundle = study.parent / "made.zip"
    with zipfile.ZipFile(bundle, "w") as opened:
        opened.writestr("records.json", json.dumps(document))
    return merge_bundle(study, bundle).new


def test_a_bundle_is_taken_in_once(study: Path, held: dict[str, Any]) -> None:
    assert merge(study, held) == 2
    assert merge(study, held) == 0


def rated(path: Path, count: int) -> dict[str, Any]:
    """Record so many more ratings, and return what a bundle holds then."""
    with SurveyFolder(path).open() as store:
        for _ in range(count):
            store.append("rating", {"observer": "R1", "value": 3})
    export_bundle(path, path.parent / "rated.zip")
    with zipfile.ZipFile(path.parent / "rated.zip") as bundle:
        document: dict[str, Any] = json.loads(bundle.read("records.json"))
    return document


def kept(study: Path) -> list[str]:
    with SurveyFolder(study).open() as store:
        assert store.verify() == []
        return [record.kind for record in store.records()]


@pytest.mark.parametrize("lost", [1, 3, 5])
def test_a_bundle_whose_last_records_are_missing_is_refused(
    study: Path, held: dict[str, Any], tmp_path: Path, lost: int
) -> None:
    document = rated(tmp_path / "other", 3)
    cut = document | {"records": document["records"][:-lost]}
    with pytest.raises(SurveyError, match=r"missing at the end: the head counts 5"):
        merge(study, cut)
    assert kept(study) == ["created", "site"]
    assert merge(study, document) == 5


@pytest.mark.parametrize(
    "heads",
    [
        None,
        [],
        {"a": 3},
        {"a": {"count": "2", "digest": ""}},
        {"a": {"count": 2}},
        {"a": {"count": True, "digest": ""}},
    ],
)
def test_ends_that_are_none_are_refused(study: Path, held: dict[str, Any], heads: object) -> None:
    with pytest.raises(UnreadableFile, match="damaged"):
        merge(study, held | {"heads": heads})


def test_ends_of_no_site_or_of_one_too_many_are_refused(study: Path, held: dict[str, Any]) -> None:
    more = {"ffff": {"count": 3, "digest": "00"}}
    for heads in ({}, held["heads"] | more, {site: end | {"digest": "00"} for site, end in held["heads"].items()}):
        with pytest.raises(SurveyError, match="not whole"):
            merge(study, held | {"heads": heads})


def test_a_longer_bundle_goes_on_and_a_shorter_one_is_older(study: Path, held: dict[str, Any], tmp_path: Path) -> None:
    longer = rated(tmp_path / "other", 3)
    assert merge(study, held) == 2
    assert merge(study, longer) == 3
    again = merge_bundle(study, tmp_path / "bundle.zip")
    site = held["site"]
    assert again.older == (f"it is older than what is here: it has 2 records of site {site}, and 5 are here",)
    assert (again.new, again.end.count) == (0, 5)
    assert merge_bundle(study, tmp_path / "rated.zip").older == ()
    assert kept(study) == ["created", "site", "imported", "imported", "created", "site", *["rating"] * 3] or (
        kept(study) == ["created", "site", *["rating"] * 3, "created", "site", "imported", "imported"]
    )


def test_what_export_and_merge_say_of_the_end_is_the_same(study: Path, held: dict[str, Any], tmp_path: Path) -> None:
    made = export_bundle(tmp_path / "other", tmp_path / "bundle.zip")
    merged = merge_bundle(study, tmp_path / "bundle.zip")
    assert (made.site, made.end) == (merged.site, merged.end)
    assert end_in_words(made.site, made.end).startswith(f"site {held['site']} ends with record 2, digest ")


def test_a_bundle_of_an_older_version_is_to_be_exported_again(study: Path, held: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFile, match="does not say where its records end"):
        merge(study, held | {"format": 1})


@pytest.mark.parametrize("document", [[1], None, {"format": 2}, {"format": 2, "survey_id": "x"}, {"format": 1}])
def test_what_is_no_bundle_is_said_to_be_none(study: Path, document: object) -> None:
    with pytest.raises(UnreadableFile, match="made.zip"):
        merge(study, document)


@pytest.mark.parametrize("records", [5, [5], [{"site": "a"}], None])
def test_a_bundle_without_records_is_refused(study: Path, held: dict[str, Any], records: object) -> None:
    with pytest.raises(UnreadableFile, match="made.zip"):
        merge(study, held | {"records": records})


@pytest.mark.parametrize(
    ("key", "value"),
    [("sequence", "1"), ("sequence", True), ("site", None), ("salt", 5), ("payload", "x"), ("kind", 1), ("more", 1)],
)
def test_a_record_that_is_none_is_refused_and_nothing_is_taken_in(
    study: Path, held: dict[str, Any], key: str, value: object
) -> None:
    held["records"][0][key] = value
    with pytest.raises(MedsrError):
        merge(study, held)
    with SurveyFolder(study).open() as store:
        assert [record.kind for record in store.records()] == ["created", "site"]
