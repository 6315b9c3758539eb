"""Two workstations rate one survey at the same time, on one PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.survey.design import Arrangement, Condition, Design
from medsr_viewer.survey.folder import verify_folder
from medsr_viewer.survey.sealing import unseal
from medsr_viewer.workflows.survey_files import open_survey
from medsr_viewer.workflows.survey_new import cases_of, create_survey

WORKSTATION = Path(__file__).with_name("rating_workstation.py")


@pytest.fixture
def study(shared_database: str, tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for number in range(6):
        Image.fromarray(rng.integers(0, 255, (32, 40), dtype=np.uint8)).save(tmp_path / f"image{number}.png")
    cases = cases_of([tmp_path / f"image{number}.png" for number in range(6)])
    design = Design(
        "Survey", "acr", 2, cases, (Condition("bicubic", "bicubic"), Condition("lanczos", "lanczos")), (),
        arrangement=Arrangement(seed=1, observers=4),
    )  # fmt: skip
    return create_survey(tmp_path / "study", design, "secret", store_url=shared_database).folder


def begin(study: Path, observer: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, WORKSTATION, study, observer], stdout=subprocess.PIPE, text=True)


def test_two_workstations_lose_and_mix_up_nothing(study: Path) -> None:
    observers = ("R1", "R2", "R3", "R4")
    stations = {observer: begin(study, observer) for observer in observers}
    acknowledged = {observer: station.communicate(timeout=120)[0].split() for observer, station in stations.items()}
    assert all(station.returncode == 0 for station in stations.values())
    assert verify_folder_of(study) == []
    with open_survey(study) as survey:
        records = survey.store.records(kinds=("rating",))
        slots = {record.payload["observer"]: record.payload["slot"] for record in records if record.payload}
        meanings = unseal(survey.folder.read_sealed(), "secret").meanings
    assert sorted(slots.values()) == [0, 1, 2, 3]
    for observer, done in acknowledged.items():
        own = [record.payload for record in records if record.payload and record.payload["observer"] == observer]
        assert [payload["trial"] for payload in own] == done
        values = {answer["value"] for payload in own for answer in payload["answers"]}
        assert values == {1 if int(observer[-1]) % 2 else 2}
        rated = [meanings[answer["stimulus"]] for payload in own for answer in payload["answers"]]
        assert len(rated) == len(set(rated)) == 6 * 3


def test_one_observer_at_two_workstations_is_rated_once(study: Path) -> None:
    stations = [begin(study, "R1"), begin(study, "R1")]
    done = [station.communicate(timeout=120)[0].split() for station in stations]
    assert 0 in {station.returncode for station in stations}
    assert verify_folder_of(study) == []
    with open_survey(study) as survey:
        trials = [record.payload["trial"] for record in survey.store.records(kinds=("rating",)) if record.payload]
    assert sorted(trials) == sorted(set(trials)) == sorted({*done[0], *done[1]})
    assert len(trials) == 6 * 3


def verify_folder_of(study: Path) -> list[str]:
    with open_survey(study) as survey:
        return verify_folder(survey.folder)
