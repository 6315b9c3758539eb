"""A survey's folder is there whole, tells no method, and shows every change."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.errors import InputError, SurveyError
from medsr_viewer.survey import new_folder as new_folder_module
from medsr_viewer.survey.design import Arrangement, Case, Condition, Design, Question
from medsr_viewer.survey.design_file import survey_texts
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.new_folder import copy_for_site, new_folder
from medsr_viewer.survey.plan import Allocation, Meaning, Plan, Stimulus, Trial
from medsr_viewer.survey.plan_file import plan_text, read_plan
from medsr_viewer.survey.sealing import allocation_bytes, commitment_of, seal

CASES = ("knee-zebra", "head-walrus")
CONDITIONS = ("bicubic", "fmen-gan", "swift-condor")
DESIGN = Design(
    title="Sharpness",
    protocol="acr",
    scale_factor=4,
    cases=tuple(Case(name, Path(f"{name}.dcm")) for name in CASES),
    conditions=tuple(Condition(name, method=name) for name in CONDITIONS),
    questions=(Question("quality", "How good is it?", "acr"),),
    arrangement=Arrangement(seed=918273645),
)
PIXELS = {
    (case, condition): np.random.default_rng(index).normal(size=(20 + 8 * (case == CASES[0]), 24)).astype(np.float32)
    for index, (case, condition) in enumerate((case, condition) for case in CASES for condition in CONDITIONS)
}


def _make(path: Path) -> tuple[SurveyFolder, dict[str, tuple[str, str]], Allocation]:
    """Return a folder of two cases under three conditions, what each stimulus is, and the allocation."""
    with new_folder(path) as new:
        meanings, stimuli = {}, {}
        for (case, condition), pixels in PIXELS.items():
            identifier, digest = new.add_stimulus(pixels)
            meanings[identifier] = (case, condition)
            stimuli[identifier] = Stimulus(identifier, digest, pixels.shape, (0.0, 4.0))
        order = sorted(stimuli)
        random.Random(3).shuffle(order)
        trials = tuple(Trial(f"{index:04x}", (identifier,)) for index, identifier in enumerate(order))
        allocation = Allocation(
            "cd" * 32, DESIGN.arrangement.seed, {one: Meaning(*meaning) for one, meaning in meanings.items()}, {}, {}
        )
        folder = new.finish(
            design=survey_texts(DESIGN, path)[0],
            plan=plan_text(Plan(stimuli, (), (trials,))),
            sealed=seal(allocation, "secret"),
        )
    return folder, meanings, allocation


@pytest.fixture
def made(tmp_path: Path) -> tuple[SurveyFolder, dict[str, tuple[str, str]], Allocation]:
    return _make(tmp_path / "study")


@pytest.fixture
def folder(made: tuple[SurveyFolder, dict[str, tuple[str, str]], Allocation]) -> SurveyFolder:
    return made[0]


def test_the_folder_holds_what_it_must_and_nothing_else(folder: SurveyFolder, tmp_path: Path) -> None:
    assert {path.name for path in folder.path.iterdir()} == {
        *("design.toml", "plan.json", "allocation.sealed", "stimuli", "survey.sqlite", "survey.head"),
    }
    assert list(tmp_path.iterdir()) == [folder.path]
    assert verify_folder(folder) == []
    with folder.open() as store:
        (first,) = store.records()
        assert first.kind == "created"
        assert first.payload == {
            "survey_id": store.survey_id,
            "design_digest": hashlib.sha256(folder.design_file.read_bytes()).hexdigest(),
            "plan_digest": hashlib.sha256(folder.plan_file.read_bytes()).hexdigest(),
            "sealed_digest": hashlib.sha256(folder.sealed_file.read_bytes()).hexdigest(),
            "commitment": folder.read_sealed().commitment,
            "stimuli": {one: stimulus.digest for one, stimulus in read_plan(folder.plan_file).stimuli.items()},
            "format": 1,
        }


@pytest.mark.parametrize("mapped", [False, True])
def test_stimuli_come_back_to_the_bit(
    made: tuple[SurveyFolder, dict[str, tuple[str, str]], Allocation], mapped: bool
) -> None:
    folder, meanings, _ = made
    for identifier, meaning in meanings.items():
        pixels = folder.load_stimulus(identifier, mapped=mapped)
        assert pixels.dtype == np.float32
        np.testing.assert_array_equal(pixels, PIXELS[meaning])


def test_colours_and_odd_layouts_are_kept(tmp_path: Path) -> None:
    colour = np.arange(24.0).reshape(2, 4, 3)
    with new_folder(tmp_path / "study") as new:
        one, _ = new.add_stimulus(colour)
        other, _ = new.add_stimulus(colour[..., 0].T)
        made = new.finish(design="", plan="{}", sealed=seal(Allocation("a", 1, {}, {}, {}), "x"))
    np.testing.assert_array_equal(made.load_stimulus(one), colour)
    np.testing.assert_array_equal(made.load_stimulus(other), colour[..., 0].T)


def test_files_of_stimuli_tell_nothing(made: tuple[SurveyFolder, dict[str, tuple[str, str]], Allocation]) -> None:
    folder, meanings, _ = made
    states = {path.stem: path.stat() for path in folder.stimuli_folder.iterdir()}
    assert set(states) == set(meanings)
    assert {state.st_mtime_ns for state in states.values()} == {946684800 * 10**9}
    for case in CASES:
        assert len({states[one].st_size for one, (owner, _) in meanings.items() if owner == case}) == 1


def test_files_of_stimuli_are_written_in_the_order_of_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inodes and birth times in the order of computation would tell the conditions."""
    written: list[str] = []
    plain = new_folder_module._copy_stimulus
    monkeypatch.setattr(
        new_folder_module, "_copy_stimulus", lambda source, target: (written.append(target.stem), plain(source, target))
    )
    _, meanings, _ = _make(tmp_path / "study")
    assert written == sorted(meanings)
    assert written != list(meanings), "the order of computation"


def test_no_file_but_design_and_sealed_allocation_names_anything(folder: SurveyFolder) -> None:
    with folder.open() as store:
        store.append("rating", {"observer": "ann", "answers": []}, key="ann/0000/0")
        _assert_silent(folder)
    _assert_silent(folder)


def _assert_silent(folder: SurveyFolder) -> None:
    words = [*CASES, *CONDITIONS, str(DESIGN.arrangement.seed), "zebra", "walrus", "condor", "knee-", "fmen-"]
    files = {path for path in folder.path.rglob("*") if path.is_file()}
    assert len(files) >= 11
    for word in words:
        assert not [path for path in files if word in str(path.relative_to(folder.path))]
        assert {path for path in files if word.encode() in path.read_bytes()} <= {folder.design_file}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("design.toml", "design.toml was changed"),
        ("plan.json", "plan.json was changed"),
        ("allocation.sealed", "allocation.sealed was changed"),
        ("stimuli", "stimuli/{} was changed"),
    ],
)
def test_a_changed_file_shows(folder: SurveyFolder, name: str, problem: str) -> None:
    path = folder.path / name
    path = min(path.iterdir()) if path.is_dir() else path
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert verify_folder(folder) == [f"{problem.format(path.name)} after the survey was set up"]
    path.unlink()
    problems = verify_folder(folder)
    assert problems
    assert all("missing" in one or "no survey's folder" in one for one in problems)


def test_altered_records_show(folder: SurveyFolder) -> None:
    with folder.open() as store, store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE record SET time = 'x'")
    assert "record 1 (created) was altered" in verify_folder(folder)
    with folder.open() as store, store._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM record")
    assert [one for one in verify_folder(folder) if "beginning is missing" in one]
    with pytest.raises(SurveyError, match="beginning is missing"):
        folder.open()
    folder.database_file.write_bytes(b"")
    assert [one for one in verify_folder(folder) if "damaged" in one]


def test_a_changed_or_missing_stimulus_is_not_shown(folder: SurveyFolder) -> None:
    first, second, *_ = sorted(folder.stimuli_folder.iterdir())
    np.save(first, np.zeros((20, 24), np.float32))
    second.unlink()
    for path, reason in ((first, "was changed"), (second, "No such file")):
        with pytest.raises(SurveyError, match=reason) as raised:
            folder.load_stimulus(path.stem)
        assert path.name in str(raised.value)
    with pytest.raises(SurveyError, match="no stimulus of this survey"):
        folder.load_stimulus("f" * 32)
    for outside in ("../design", "", "F" * 32, "a" * 31):
        with pytest.raises(SurveyError, match="is no stimulus"):
            folder.stimulus_file(outside)


def test_the_allocation_opens_with_the_survey_s_closing(
    made: tuple[SurveyFolder, dict[str, tuple[str, str]], Allocation],
) -> None:
    folder, _, allocation = made
    with pytest.raises(SurveyError) as raised:
        folder.read_allocation()
    assert "Close the survey first" in raised.value.advice
    folder.write_allocation(allocation)
    (problem,) = verify_folder(folder)
    assert "it is not blind" in problem
    with folder.open() as store:
        store.close_survey(commitment_of(allocation))
    assert verify_folder(folder) == []
    assert folder.read_allocation() == allocation
    folder.allocation_file.write_bytes(allocation_bytes(allocation).replace(b"bicubic", b"fmen123"))
    assert verify_folder(folder) == ["allocation.json was changed after the survey was set up"]
    with pytest.raises(SurveyError, match="not the allocation that was committed to"):
        folder.read_allocation()
    folder.allocation_file.unlink()
    assert verify_folder(folder) == ["allocation.json is missing"]


def test_other_files_in_the_folder_are_left_alone(folder: SurveyFolder) -> None:
    (folder.path / "notes.txt").write_text("mine")
    (folder.stimuli_folder / "thumbs.db").write_text("theirs")
    with folder.open() as store:
        store.append("pause", {})
    assert verify_folder(folder) == []
    assert (folder.path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("error", [RuntimeError("odd"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)), new_folder(tmp_path / "a" / "study") as new:  # noqa: PT012
        new.add_stimulus(np.zeros((3, 3)))
        raise error
    assert list((tmp_path / "a").iterdir()) == []


def test_a_folder_is_made_in_an_empty_one_alone(folder: SurveyFolder, tmp_path: Path) -> None:
    content = folder.plan_file.read_bytes()
    with pytest.raises(SurveyError, match="there is something already"), new_folder(folder.path):
        pass
    with pytest.raises(SurveyError, match="there is something already"), new_folder(folder.plan_file):
        pass
    assert folder.plan_file.read_bytes() == content
    (tmp_path / "empty").mkdir()
    made, *_ = _make(tmp_path / "empty")
    assert verify_folder(made) == []


def test_any_letters_may_stand_in_the_folder_s_name(tmp_path: Path) -> None:
    made, *_ = _make(tmp_path / "a %d ü #1 ? &x=%20'" / "study")
    with made.open() as store:
        assert store.append("pause", {}).sequence == 2
    assert verify_folder(made) == []
    assert len(list(made.path.iterdir())) == 6


def test_a_relative_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made, *_ = _make(Path("study"))
    assert verify_folder(made) == []


@pytest.mark.parametrize("present", [(), ("design.toml",), ("plan.json",)])
def test_a_folder_that_is_no_survey_s(tmp_path: Path, present: tuple[str, ...]) -> None:
    for name in present:
        (tmp_path / name).touch()
    with pytest.raises(SurveyError, match="no survey's folder"):
        SurveyFolder(tmp_path).open()
    assert verify_folder(SurveyFolder(tmp_path)) == [f"{tmp_path}: it is no survey's folder"]
    assert {path.name for path in tmp_path.iterdir()} == set(present)


def test_a_newer_folder_is_refused(folder: SurveyFolder) -> None:
    with folder.open() as store, store._database.writing() as connection:
        connection.exec_driver_sql("""UPDATE record SET payload = replace(payload, '"format":1', '"format":2')""")
    with pytest.raises(SurveyError, match="newer version"):
        folder.open()


def test_a_copy_for_another_site_is_merged_and_a_plain_copy_is_not(folder: SurveyFolder, tmp_path: Path) -> None:
    site = copy_for_site(folder, tmp_path / "site")
    assert verify_folder(site) == []
    assert {path.stat().st_mtime for path in site.stimuli_folder.iterdir()} == {946684800}
    with folder.open() as store, site.open() as other:
        assert store.site != other.site
        assert (other.survey_id, other.records()[0].payload) == (store.survey_id, store.records()[0].payload)
        store.append("rating", {"value": 1}, key="ann/1/0")
        other.append("rating", {"value": 2}, key="bea/1/0")
        store.adopt(other.records())
        assert [(record.payload or {})["value"] for record in store.records(kinds=["rating"])] != []
    assert verify_folder(folder) == []
    stimulus = min(folder.stimuli_folder.iterdir())
    stimulus.write_bytes(b"x")
    with pytest.raises(SurveyError, match="was changed"):
        copy_for_site(folder, tmp_path / "third")
    assert not (tmp_path / "third").exists()


@pytest.mark.parametrize("url", ["postgresql+psycopg://ann:pw@h/survey", "postgresql+psycopg://h/survey?password=pw"])
def test_a_password_is_never_written(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="holds a password"), new_folder(tmp_path / "study") as new:
        new.finish(design="", plan="{}", sealed=seal(Allocation("a", 1, {}, {}, {}), "x"), url=url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "url = 3", "x", 'url = "postgresql://h/s"'])
def test_a_damaged_store_file(folder: SurveyFolder, content: str) -> None:
    folder.store_file.write_text(content)
    with pytest.raises(SurveyError, match=r"store.toml: it cannot be read"):
        folder.open()


def test_a_survey_on_a_server(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg
    from sqlalchemy.engine import make_url

    with psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE folder_survey")
    address = make_url(postgresql)
    monkeypatch.setenv("MEDSR_SURVEY_PASSWORD", str(address.password))
    monkeypatch.setenv("MEDSR_SURVEY_SERVER", f"{address.host}:{address.port}")
    url = f"postgresql+psycopg://{address.username}@{address.host}:{address.port}/folder_survey"
    with new_folder(tmp_path / "study") as new:
        new.add_stimulus(np.zeros((3, 3)))
        folder = new.finish(design="", plan="{}", sealed=seal(Allocation("a", 1, {}, {}, {}), "x"), url=url)
    assert not folder.database_file.exists()
    assert str(address.password) not in folder.store_file.read_text()
    assert verify_folder(folder) == []
    with folder.open() as store:
        assert store.append("pause", {}).sequence == 2
    folder.store_file.write_text(folder.store_file.read_text().replace("127.0.0.1", "localhost"))
    with pytest.raises(InputError, match="MEDSR_SURVEY_PASSWORD is not sent there") as raised:
        folder.open()
    assert f"set MEDSR_SURVEY_SERVER=localhost:{address.port}" in raised.value.advice
    folder.store_file.write_text(folder.store_file.read_text().replace("localhost", "127.0.0.1"))
    os.environ.pop("MEDSR_SURVEY_PASSWORD")
    with pytest.raises(SurveyError, match="refuses the connection"):
        folder.open()
