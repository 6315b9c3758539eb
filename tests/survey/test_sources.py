"""A survey's folder names no file: where its images came from stands beside it, and is never copied along."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from medsr_viewer.errors import InvalidDesign, SurveyError
from medsr_viewer.survey.audit import audit
from medsr_viewer.survey.design import UNKNOWN, Case, Condition, Design
from medsr_viewer.survey.design_file import design_text, read_design, survey_texts, write_design
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.new_folder import copy_for_site, new_folder
from medsr_viewer.survey.plan import Allocation, Plan
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.sealing import seal
from medsr_viewer.survey.sources import sources_file_of

from .designs import new_design

PATIENT = "walrus-anna"


def named_design(tmp_path: Path) -> Design:
    """Return a design whose files are named after a patient."""
    design = new_design(2)
    first = Case("case-01", tmp_path / f"{PATIENT}.dcm")
    second = Case("case-02", Path(f"/data/{PATIENT}/2.dcm"), training=True)
    conditions = (*design.conditions, Condition("vendor", images=Path(f"/data/{PATIENT}-results")))
    return replace(design, cases=(first, second, Case("case-03", Path("/data/3.dcm"))), conditions=conditions)


def make(path: Path, design: Design, text: str = "") -> SurveyFolder:
    nameless, sources = survey_texts(design, path)
    with new_folder(path) as new:
        sealed = seal(Allocation("00" * 32, 1, {}, {}, {}), "secret")
        plan = plan_text(Plan({}, (), ((),) * design.arrangement.observers))
        return new.finish(design=text or nameless, plan=plan, sealed=sealed, sources="" if text else sources)


@pytest.fixture
def folder(tmp_path: Path) -> SurveyFolder:
    return make(tmp_path / "study", named_design(tmp_path))


def test_no_file_of_the_folder_names_a_source_and_the_design_is_whole_here(
    folder: SurveyFolder, tmp_path: Path
) -> None:
    for path in folder.path.rglob("*"):
        assert not path.is_file() or PATIENT.encode() not in path.read_bytes(), path
    beside = tmp_path / "study.sources.toml"
    assert sources_file_of(folder.path) == beside
    assert PATIENT in beside.read_text("utf-8")
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    design = named_design(tmp_path)
    assert read_design(folder.design_file) == replace(design, arrangement=replace(design.arrangement, seed=None))
    assert verify_folder(folder) == []


def test_a_folder_that_moves_with_its_sources_beside_it_knows_them(folder: SurveyFolder, tmp_path: Path) -> None:
    whole = read_design(folder.design_file)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = folder.path.rename(elsewhere / "renamed")
    assert {case.path for case in read_design(moved / "design.toml").cases} == {UNKNOWN}
    sources_file_of(folder.path).rename(sources_file_of(moved))
    found = read_design(moved / "design.toml")
    assert found.cases[1:] == whole.cases[1:]
    assert found.cases[0].path == elsewhere / f"{PATIENT}.dcm", "it was beside the folder, and is taken to move along"


def test_another_machine_reads_the_design_and_makes_nothing_of_it(folder: SurveyFolder, tmp_path: Path) -> None:
    sources_file_of(folder.path).unlink()
    design = read_design(folder.design_file)
    assert [case.name for case in design.cases] == ["case-01", "case-02", "case-03"]
    assert {case.path for case in design.cases} == {design.conditions[-1].images} == {UNKNOWN}
    assert design.conditions[0] == new_design().conditions[0]
    for write in (
        lambda: design_text(design, tmp_path / "d.toml"),
        lambda: write_design(tmp_path / "d.toml", design),
        lambda: survey_texts(design, tmp_path / "study2"),
    ):
        with pytest.raises(InvalidDesign, match=r"cases\[1\].path, cases\[2\].path, cases\[3\].path and 1 more"):
            write()
    assert not (tmp_path / "d.toml").exists()


def test_sources_of_another_survey_are_not_taken(folder: SurveyFolder, tmp_path: Path) -> None:
    other = make(tmp_path / "other", named_design(tmp_path))
    sources_file_of(other.path).replace(sources_file_of(folder.path))
    assert {case.path for case in read_design(folder.design_file).cases} == {UNKNOWN}


@pytest.mark.parametrize("content", ["", "x", "format = 1", 'format = 1\nsurvey = "HANDLE"\ncases = 3', b"\xff"])
def test_damaged_sources_are_named(folder: SurveyFolder, content: str | bytes) -> None:
    path = sources_file_of(folder.path)
    handle = path.read_text("utf-8").split('survey = "')[1][:32]
    path.write_bytes(content if isinstance(content, bytes) else content.replace("HANDLE", handle).encode())
    with pytest.raises(InvalidDesign, match=r"study.sources.toml: the file of sources"):
        read_design(folder.design_file)


def test_sources_of_a_newer_program_are_refused(folder: SurveyFolder) -> None:
    path = sources_file_of(folder.path)
    path.write_text(path.read_text("utf-8").replace("format = 1", "format = 2"), "utf-8")
    with pytest.raises(InvalidDesign, match="newer version"):
        read_design(folder.design_file)


def test_nothing_is_left_beside_a_folder_that_could_not_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SurveyError("no room")

    monkeypatch.setattr("medsr_viewer.survey.new_folder.record_created", fail)
    with pytest.raises(SurveyError, match="no room"):
        make(tmp_path / "study", named_design(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_site_s_copy_holds_no_path(folder: SurveyFolder, tmp_path: Path) -> None:
    beside = copy_for_site(folder, tmp_path / "beside")
    (tmp_path / "broken.sources.toml").write_text("x")
    assert read_design(beside.design_file).cases == named_design(tmp_path).cases, "this is the coordinator's machine"
    site = copy_for_site(folder, tmp_path / "there" / "site")
    assert {case.path for case in read_design(site.design_file).cases} == {UNKNOWN}
    assert [path.name for path in site.path.parent.iterdir()] == ["site"]
    for path in site.path.rglob("*"):
        assert not path.is_file() or PATIENT.encode() not in path.read_bytes(), path
    assert verify_folder(site) == []


def test_an_older_survey_opens_and_is_given_to_no_other_site(tmp_path: Path) -> None:
    design = named_design(tmp_path)
    folder = make(tmp_path / "study", design, design_text(design, tmp_path / "study" / "design.toml"))
    assert read_design(folder.design_file).cases == design.cases
    assert verify_folder(folder) == []
    found = [one for one in audit(folder, look_at_pixels=False) if one.check == "paths of files"]
    assert [one.severity for one in found] == ["warning"]
    with pytest.raises(SurveyError, match="older version"):
        copy_for_site(folder, tmp_path / "site")
    assert not (tmp_path / "site").exists()
