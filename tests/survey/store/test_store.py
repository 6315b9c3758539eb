"""What is recorded is there, once, in order, on the disk."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medsr_viewer.errors import AlreadyRecorded, SurveyClosed, SurveyError
from medsr_viewer.survey.chain import Entry
from medsr_viewer.survey.store import Store, create_store, open_store

from .conftest import Sql

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_records_come_back_as_they_were_recorded(store: Store, url: str) -> None:
    recorded = store.append("pair", {"shown": ("b", "a"), "chosen": "ä"}, session="s1", key="ann/9/0")
    assert recorded.payload == {"shown": ["b", "a"], "chosen": "ä"}
    assert (recorded.site, recorded.sequence, recorded.kind, recorded.session, recorded.key) == (
        *(store.site, 6, "pair", "s1"),
        "ann/9/0",
    )
    assert abs(datetime.fromisoformat(recorded.time) - datetime.now(UTC)) < timedelta(minutes=1)
    assert len(recorded.time) == len("2026-01-01T00:00:00.000000+00:00")
    with open_store(url, "survey") as again:
        assert again.site == store.site
        assert again.records()[-1] == recorded
        assert again.records() == store.records()


def test_records_are_chosen_by_kind_and_session(store: Store) -> None:
    assert [record.sequence for record in store.records(kinds=["rating"])] == [2, 3, 4, 5]
    assert [record.sequence for record in store.records(kinds=["created", "rating"], session="s1")] == [3, 5]
    assert store.records(kinds=["pair"]) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(payload=st.dictionaries(st.text(), values, max_size=4), session=st.text(st.characters(exclude_categories=["C"])))
def test_any_payload_comes_back_and_verifies(store: Store, payload: dict[str, object], session: str) -> None:
    recorded = store.append("rating", payload, session=session)
    assert recorded.payload == payload
    assert store.records()[-1] == recorded
    assert store.verify() == []


@pytest.mark.parametrize("payload", [{"value": float("nan")}, {"value": object()}])
def test_what_json_cannot_hold_is_refused(store: Store, payload: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        store.append("rating", payload)
    assert len(store.records()) == 5


def test_a_double_submit_appends_nothing(store: Store) -> None:
    before = store.records()
    with pytest.raises(AlreadyRecorded, match="rating ann/2/0 was recorded already"):
        store.append("rating", {"value": 5}, key="ann/2/0")
    with pytest.raises(AlreadyRecorded, match="ann/8/0"):
        store.append_all([("rating", {}, "", "ann/7/0"), ("rating", {}, "", "ann/8/0"), ("rating", {}, "", "ann/8/0")])
    with pytest.raises(AlreadyRecorded, match="ann/3/0"):
        store.append_all(
            [("rating", {}, "", f"bob/{index}/0") for index in range(700)] + [("rating", {}, "", "ann/3/0")]
        )
    assert store.records() == before
    assert store.verify() == []
    store.append("training", {}, key="ann/2/0")  # another kind
    store.append("pause", {})
    store.append("pause", {})  # no key


def test_the_database_itself_refuses_a_second_one(store: Store, sql: Sql) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        sql("UPDATE record SET key = 'ann/2/0' WHERE sequence = 4")


def test_several_are_recorded_together_or_not_at_all(store: Store) -> None:
    recorded = store.append_all([Entry("finished", {}, "s1"), Entry("pause", {"why": "tea"}, "s2")])
    assert [record.kind for record in recorded] == ["finished", "pause"]
    assert recorded[1].previous == recorded[0].digest
    assert store.records()[-2:] == recorded
    assert store.append_all([]) == []


def test_a_commit_waits_for_the_disk(store: Store) -> None:
    with store._database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


def test_ten_thousand_records(store: Store) -> None:
    store.append_all(
        [("rating", {"value": index % 5, "log": {"zoom": [1, 2]}}, "s1", f"x/{index}") for index in range(9995)]
    )
    assert len(store.records()) == 10_000
    assert store.verify() == []


def test_a_clock_that_was_moved_back_is_recorded(tmp_path: Path) -> None:
    clock = iter([f"2026-01-0{day}T12:00:00.000000+00:00" for day in (2, 3, 1, 1, 2)])
    with create_store(f"sqlite:///{tmp_path / 'a.sqlite'}", "survey", clock=lambda: next(clock)) as store:
        recorded = [store.append("rating", {"value": value}) for value in range(5)]
        assert [record.sequence for record in recorded] == [1, 2, 4, 5, 6]
        assert [record.payload for record in recorded] == [{"value": value} for value in range(5)]
        back = store.records()[2]
        assert back.kind == "clock_back"
        assert back.payload == {"last": "2026-01-03T12:00:00.000000+00:00", "now": "2026-01-01T12:00:00.000000+00:00"}
        assert store.verify() == []


def test_erased_values_are_gone_from_every_file_and_the_chain_verifies(store: Store, tmp_path: Path) -> None:
    secret = store.append("rating", {"value": 5, "remark": "unmistakable-remark"}, key="ann/5/0")
    (tmp_path / "study" / "survey.sqlite.0000.backup").write_bytes(b"unmistakable-remark")
    erasure = store.erase([secret.sequence, 2])
    assert (erasure.kind, erasure.payload) == ("erased", {"sequences": [2, 6]})
    held = {record.sequence: record for record in store.records()}
    for sequence in (2, 6):
        assert held[sequence].payload is None
        assert held[sequence].salt is None
    assert held[3].payload == {"value": 2}
    assert store.verify() == []
    for path in (tmp_path / "study").iterdir():
        assert b"unmistakable-remark" not in path.read_bytes(), path


def test_what_says_what_happened_is_not_erased(store: Store) -> None:
    with pytest.raises(ValueError, match="created"):
        store.erase([1])
    with pytest.raises(SurveyError, match="no record 99"):
        store.erase([2, 99])
    assert store.records()[1].payload == {"value": 1}
    assert len(store.records()) == 5


def test_a_closed_survey_takes_no_rating(store: Store) -> None:
    heads = store.heads()
    closed = store.close_survey("ab" * 32)
    assert closed.payload == {
        "allocation_digest": "ab" * 32,
        "heads": {store.site: {"count": 5, "digest": heads[store.site].digest}},
    }
    with pytest.raises(SurveyClosed, match=closed.time[:10]):
        store.append("rating", {"value": 1})
    with pytest.raises(SurveyClosed):
        store.close_survey("ab" * 32)
    store.append("withdrawn", {"observer": "ann", "erase": True})
    store.erase([2])
    assert store.verify() == []


def test_threads_and_stores_take_turns(url: str, store: Store) -> None:
    failures: list[BaseException] = []

    def rate(name: str, own: Store) -> None:
        try:
            for index in range(10):
                own.append("rating", {"by": name}, key=f"{name}/{index}")
        except BaseException as exc:
            failures.append(exc)

    with open_store(url) as other, open_store(url) as third:
        rivals = [("x", other), ("y", third), ("z", third)]
        threads = [threading.Thread(target=rate, args=one) for one in rivals]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len({record.key for record in store.records(kinds=["rating"])}) == 4 + 30
    assert store.verify() == []
