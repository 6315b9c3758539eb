"""Bundles between sites: what is no bundle is refused in words."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.errors import MedsrError, UnreadableFile
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.new_folder import copy_for_site, new_folder
from medsr_viewer.survey.plan import Allocation, Plan
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.sealing import seal
from medsr_viewer.workflows.survey_bundle import export_bundle, merge_bundle

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
    assert export_bundle(tmp_path / "other", tmp_path / "bundle.zip") == 2
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        document: dict[str, Any] = json.loads(bundle.read("records.json"))
    return document


def merge(study: Path, document: object) -> int:
    bundle = study.parent / "made.zip"
    with zipfile.ZipFile(bundle, "w") as opened:
        opened.writestr("records.json", json.dumps(document))
    return merge_bundle(study, bundle)


def test_a_bundle_is_taken_in_once(study: Path, held: dict[str, Any]) -> None:
    assert merge(study, held) == 2
    assert merge(study, held) == 0


@pytest.mark.parametrize("document", [[1], None, {"format": 1}, {"format": 1, "survey_id": "x"}])
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
