"""Whatever is altered in the database shows."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.chain import Head, chain_problems
from medsr_viewer.survey.records import BEGINNING, make_record
from medsr_viewer.survey.store import Store, create_store, open_store

from .conftest import Sql


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            """UPDATE record SET payload = '{"value":5}' WHERE sequence = 3""",
            "the values of record 3 .rating. were altered",
        ),
        ("UPDATE record SET payload = '{' WHERE sequence = 3", "the values of record 3 .rating. were altered"),
        ("UPDATE record SET payload = x'80' WHERE sequence = 3", "the values of record 3 .rating. were altered"),
        ("UPDATE record SET salt = '00' WHERE sequence = 3", "the values of record 3 .rating. were altered"),
        ("UPDATE record SET salt = 'salt' WHERE sequence = 3", "the values of record 3 .rating. were altered"),
        ("UPDATE record SET salt = NULL WHERE sequence = 3", "the values of record 3 .rating. were altered"),
        ("UPDATE record SET payload = NULL, salt = NULL WHERE sequence = 3", "values of record 3 .rating. are missing"),
        ("UPDATE record SET kind = 'training' WHERE sequence = 3", "record 3 .training. was altered"),
        ("UPDATE record SET session = 's9' WHERE sequence = 3", "record 3 .rating. was altered"),
        ("UPDATE record SET key = 'bob/2/0' WHERE sequence = 3", "record 3 .rating. was altered"),
        ("UPDATE record SET time = '2020' WHERE sequence = 3", "record 3 .rating. was altered"),
        ("UPDATE record SET time = x'80' WHERE sequence = 3", "record 3 .rating. was altered"),
        ("UPDATE record SET payload_digest = '00' WHERE sequence = 3", "record 3 .rating. was altered"),
        ("UPDATE record SET previous = '00' WHERE sequence = 3", "record 3 .rating. was altered"),
        ("UPDATE record SET digest = '00' WHERE sequence = 3", "record 3 .rating. was altered"),
        ("UPDATE record SET site = '0123456789abcdef' WHERE sequence = 3", "record 3 is missing"),
        ("UPDATE record SET sequence = 'three' WHERE sequence = 3", "number was altered"),
        ("UPDATE record SET sequence = -sequence", "is there twice"),
        ("DELETE FROM record WHERE sequence = 1", "record 1 is missing"),
        ("DELETE FROM record WHERE sequence = 3", "record 3 is missing"),
        ("DELETE FROM record WHERE sequence IN (2, 3)", "records 2 to 3 are missing"),
        ("DELETE FROM record WHERE sequence = 5", "record 5 is missing at the end: the head counts 5"),
        ("DELETE FROM record WHERE sequence > 3", "records 4 to 5 are missing at the end"),
        ("DELETE FROM record", "records 1 to 5 are missing at the end"),
        ("DELETE FROM head", "head of the chain.* is missing"),
        ("UPDATE head SET count = 4", "5 records are there, and the head counts 4"),
        ("UPDATE head SET count = 'five'", "number was altered"),
        ("UPDATE head SET digest = '00'", "head does not match the last record"),
        ("DROP TABLE head", "damaged, or is not"),
        ("ALTER TABLE record DROP COLUMN salt", "damaged, or is not"),
    ],
)
def test_a_stranger_s_statement_shows(store: Store, sql: Sql, statement: str, problem: str) -> None:
    assert store.verify() == []
    sql(statement)
    assert any(re.search(problem, one) for one in store.verify()), store.verify()


def test_records_exchanged_show(store: Store, sql: Sql) -> None:
    sql("UPDATE record SET sequence = 99 WHERE sequence = 2")
    sql("UPDATE record SET sequence = 2 WHERE sequence = 3")
    sql("UPDATE record SET sequence = 3 WHERE sequence = 99")
    assert {"record 2 (rating) was altered", "record 3 (rating) was altered"} <= set(store.verify())


def _forged(store: Store, sequence: int, previous: str) -> tuple[object, ...]:
    forged = make_record(
        *(store.site, sequence, "rating", {"value": 5}), session="", key="x", time="2026", previous=previous
    )
    return tuple((vars(forged) | {"payload": '{"value":5}'}).values())


INSERT = "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def test_a_record_put_in_shows(store: Store, sql: Sql) -> None:
    last = store.records()[-1]
    sql(INSERT, *_forged(store, 6, last.digest))
    assert "6 records are there, and the head counts 5: records were put in at the end" in store.verify()
    sql("DELETE FROM record WHERE sequence = 6")
    assert store.verify() == []
    sql("DELETE FROM record WHERE sequence = 3")
    sql(INSERT, *_forged(store, 3, store.records()[1].digest))
    assert store.verify() == [
        "record 4 (rating) does not follow the one before it: one of them was exchanged or put in",
    ]


def test_a_chain_cut_and_headed_anew_is_told_by_the_file_beside(store: Store, sql: Sql, tmp_path: Path) -> None:
    sql("DELETE FROM record WHERE sequence > 3")
    sql("UPDATE head SET count = 3, digest = (SELECT digest FROM record WHERE sequence = 3)")
    (problem,) = store.verify()
    assert "survey.head counts 5 records" in problem
    assert "the database 3" in problem
    with pytest.raises(SurveyError, match="counts 5") as raised:
        store.append("rating", {"value": 1})
    assert "same backup" in raised.value.advice
    assert store.verify() == [problem], "what is appended would hide the exchange"


def test_an_exchanged_database_is_told_by_the_file_beside(store: Store, tmp_path: Path, url: str) -> None:
    store.close()
    with create_store(f"sqlite:///{tmp_path / 'other.sqlite'}", "survey") as other:
        other.append("created", {"survey_id": "survey"})
    shutil.copy(tmp_path / "other.sqlite", tmp_path / "study" / "survey.sqlite")
    with open_store(url, "survey") as opened:
        (problem,) = opened.verify()
        assert "survey.head belongs to another database" in problem


def test_an_older_copy_that_went_on_is_told_by_the_file_beside(store: Store, tmp_path: Path, url: str) -> None:
    store.close()
    here, there = tmp_path / "study", tmp_path / "copy"
    shutil.copytree(here, there)
    with open_store(url) as one, open_store(f"sqlite:///{there / 'survey.sqlite'}") as other:
        one.append("rating", {"value": 1})
        other.append("rating", {"value": 5})
        other.append("rating", {"value": 5})
    shutil.copy(there / "survey.sqlite", here / "survey.sqlite")
    with open_store(url) as opened:
        (problem,) = opened.verify()
        assert "different records 6" in problem


def test_a_database_put_back_goes_on_where_that_is_said_and_says_so_ever_after(
    store: Store, sql: Sql, tmp_path: Path
) -> None:
    assert store.accept_restored() is None
    assert store.contradictions() == []
    sql("DELETE FROM record WHERE sequence > 3")
    sql("UPDATE head SET count = 3, digest = (SELECT digest FROM record WHERE sequence = 3)")
    (problem,) = store.verify()
    assert store.contradictions() == [problem]
    restored = store.accept_restored()
    assert restored is not None
    assert restored.payload == {"problems": [problem]}
    assert store.contradictions() == []
    assert store.append("rating", {"value": 4}, key="ann/4/0").sequence == 5
    told = f"at record 4 (restored) the survey went on with an older database: {problem}"
    assert store.verify() == [told]
    with create_store(f"sqlite:///{tmp_path / 'other.sqlite'}", "survey") as other:
        other.append("created", {"survey_id": "survey"})
        other.adopt(store.records())
        assert other.verify() == [f"site {store.site}: {told}"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "is missing"), ("{", "is damaged"), ('{"a": 3}', "is damaged"), ("[]", "is damaged")],
)
def test_the_file_beside_is_missed(store: Store, tmp_path: Path, content: str | None, problem: str) -> None:
    path = tmp_path / "study" / "survey.head"
    path.unlink()
    if content is not None:
        path.write_text(content)
    assert [one for one in store.verify() if "survey.head" in one and problem in one]
    with pytest.raises(SurveyError, match=problem):
        store.append("rating", {"value": 1})


def test_a_file_beside_that_a_kill_left_behind_is_no_problem(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "study" / "survey.head"
    behind = path.read_bytes()
    store.append("rating", {"value": 1})
    assert path.read_bytes() != behind
    path.write_bytes(behind)
    assert store.verify() == []
    store.append("rating", {"value": 1})
    assert json.loads(path.read_bytes())[store.site]["count"] == 7


def test_an_erasure_that_was_undone_or_made_up_shows(store: Store, sql: Sql) -> None:
    ((payload, salt),) = sql("SELECT payload, salt FROM record WHERE sequence = 2")
    store.erase([2])
    sql("UPDATE record SET payload = ?, salt = ? WHERE sequence = 2", payload, salt)
    assert store.verify() == ["the values of record 2 (rating) were to be erased, and are there"]
    sql("UPDATE record SET payload = NULL, salt = NULL WHERE kind = 'erased'")
    assert "the values of record 6 (erased) are missing, and no record says that they were erased" in store.verify()


@pytest.mark.parametrize("payload", ["[]", "3", "{}", '{"heads": 3}', '{"heads": {"x": 3}}', '{"heads": {"x": {}}}'])
def test_odd_values_are_altered_ones(store: Store, sql: Sql, payload: str) -> None:
    store.erase([2])
    store.close_survey("ab")
    for kind in ("erased", "closed", "created"):
        sql("UPDATE record SET payload = ? WHERE kind = ?", payload, kind)
        assert [one for one in store.verify() if f"({kind}) were altered" in one]
    sql("UPDATE record SET kind = 'restored', payload = ? WHERE kind = 'rating'", '{"problems": 3}')
    assert store.verify()


def test_an_altered_record_is_not_handed_out(store: Store, sql: Sql) -> None:
    sql("UPDATE record SET payload = 'x' WHERE sequence = 3")
    with pytest.raises(SurveyError, match="record 3"):
        store.records()
    assert len(store.records(kinds=["created"])) == 1


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM head", "DELETE FROM record WHERE sequence = 5", "UPDATE record SET digest = 'x' WHERE sequence = 5"],
)
def test_nothing_is_appended_to_an_altered_end(store: Store, sql: Sql, statement: str) -> None:
    sql(statement)
    with pytest.raises(SurveyError):
        store.append("rating", {"value": 1})
    assert not [record for record in store.records() if record.sequence > 5]


def test_the_closing_record_names_where_each_chain_ended(store: Store, sql: Sql) -> None:
    store.close_survey("ab")
    assert store.verify() == []
    sql("DELETE FROM record WHERE sequence = 5")
    assert f"record 5 of site {store.site} is not the one that the survey closed with" in store.verify()


def test_an_unbroken_chain_has_no_problem_and_a_doubled_key_is_one() -> None:
    records, previous = [], BEGINNING
    for sequence in (1, 2, 3):
        record = make_record("s", sequence, "rating", {}, session="", key="a/1", time="t", previous=previous)
        records.append(record)
        previous = record.digest
    problems = chain_problems(records, Head(3, previous))
    assert problems == [f"record {n} (rating) stands for the same as record 1: a/1" for n in (2, 3)]
    assert chain_problems([], Head()) == []
