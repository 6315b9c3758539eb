"""Records of several sites come together whole, or not at all."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.store import Store, create_store, open_store

from .conftest import Sql


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "there").mkdir()
    with create_store(f"sqlite:///{tmp_path / 'there' / 'survey.sqlite'}", "survey") as other:
        other.append("created", {"survey_id": "survey"})
        other.append("rating", {"value": 3}, key="ann/1/0")
        yield other


def ends(store: Store) -> dict[str, dict[str, object]]:
    return {site: vars(head) for site, head in store.heads().items()}


def test_another_site_s_records_are_taken_in_once(store: Store, other: Store) -> None:
    imported = store.adopt(other.records(), {"file": "b.zip"})
    assert imported is not None
    assert imported.payload == {"file": "b.zip", "sites": {other.site: 2}, "heads": ends(other)}
    assert [record for record in store.records() if record.site == other.site] == other.records()
    assert store.heads()[other.site] == other.heads()[other.site]
    assert store.adopt(other.records()) is None
    other.append("rating", {"value": 4}, key="ann/2/0")
    again = store.adopt(other.records())
    assert again is not None
    assert again.payload == {"sites": {other.site: 1}, "heads": ends(other)}
    assert store.verify() == []


def test_answers_that_another_site_gave_after_the_closing_are_named(store: Store, other: Store) -> None:
    store.adopt(other.records())
    store.close_survey("ab")
    assert store.verify() == []
    for value in (4, 5):
        other.append("rating", {"value": value}, key=f"ann/{value}/0")
    store.adopt(other.records())
    assert store.verify() == [f"site {other.site}: 2 answers were given after the survey was closed here, not blind"]
    assert other.verify() == []


def test_a_site_that_took_in_ours_can_be_taken_in(store: Store, other: Store) -> None:
    other.adopt(store.records())
    store.append("rating", {"value": 1})
    store.adopt(other.records())
    assert {record.site for record in store.records()} == {store.site, other.site}
    assert store.verify() == other.verify() == []


def test_what_was_erased_there_is_erased_here(store: Store, other: Store, tmp_path: Path) -> None:
    other.append("rating", {"remark": "unmistakable-remark"})
    store.adopt(other.records())
    other.erase([3])
    imported = store.adopt(other.records())
    assert imported is not None
    assert imported.payload == {"sites": {other.site: 2}, "heads": ends(other)}
    assert store.verify() == []
    for path in (tmp_path / "study").iterdir():
        assert b"unmistakable-remark" not in path.read_bytes()
    store.adopt(other.records())
    assert store.verify() == []


def test_altered_records_are_refused(store: Store, other: Store) -> None:
    first, second = other.records()
    for altered in ([first, dataclasses.replace(second, payload={"value": 5})], [second], [first, first, second]):
        with pytest.raises(SurveyError, match="not whole"):
            store.adopt(altered)
    assert len(store.records()) == 5


def test_a_missing_end_is_refused(store: Store, other: Store) -> None:
    for value in (4, 5):
        other.append("rating", {"value": value}, key=f"ann/{value}/0")
    records, heads = other.records(), other.heads()
    for cut in (records[:-1], records[:1], []):
        with pytest.raises(SurveyError, match="missing at the end: the head counts 4"):
            store.adopt(cut, heads=heads)
    with pytest.raises(SurveyError, match="head of the chain"):
        store.adopt(records, heads={})
    assert len(store.records()) == 5
    assert store.adopt(records, heads=heads) is not None


def test_another_survey_s_records_are_refused(store: Store, tmp_path: Path) -> None:
    with create_store(f"sqlite:///{tmp_path / 'x.sqlite'}", "survey") as stranger:
        stranger.append("created", {"survey_id": "other"})
        with pytest.raises(SurveyError, match="of another survey"):
            store.adopt(stranger.records())


def test_two_copies_of_one_database_are_a_conflict(store: Store, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "study", tmp_path / "copy")
    with open_store(f"sqlite:///{tmp_path / 'copy' / 'survey.sqlite'}") as copy:
        copy.append("rating", {"value": 1})
        with pytest.raises(SurveyError, match="6 records of this very database, which has 5"):
            store.adopt(copy.records())
        store.append("rating", {"value": 5})
        with pytest.raises(SurveyError, match="two copies of a database went on apart"):
            store.adopt(copy.records())
    assert len(store.records()) == 6
    assert store.verify() == []


def test_an_altered_record_of_another_site_shows(store: Store, other: Store, sql: Sql) -> None:
    store.adopt(other.records())
    sql("UPDATE record SET payload = ? WHERE site = ? AND kind = 'rating'", '{"value":5}', other.site)
    assert f"site {other.site}: the values of record 2 (rating) were altered" in store.verify()
    sql("DELETE FROM record WHERE site = ?", other.site)
    sql("DELETE FROM head WHERE site = ?", other.site)
    assert any(f"names site {other.site}, which is not here" in problem for problem in store.verify())
