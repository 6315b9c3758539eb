"""The auditor looks at a survey that is being rated, and takes nothing from it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from medsr_viewer.survey.audit import audit
from medsr_viewer.survey.audit.database_image import database_image
from medsr_viewer.survey.folder import verify_folder

from .surveys import new_survey

LOOK = """
import sys
from pathlib import Path
from medsr_viewer.survey.folder import SurveyFolder
with SurveyFolder(Path(sys.argv[1])).open() as store:
    print(len(store.records(kinds=["pause"])))
"""


def test_freed_pages_are_in_the_image(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE told (text)")
        connection.executemany("INSERT INTO told VALUES (?)", [("zebramethod" * 40,)] * 50)
        connection.commit()
        connection.execute("DROP TABLE told")
        connection.commit()
    assert b"zebramethod" in database_image(tmp_path / "a.sqlite")


@pytest.mark.skipif(sys.platform == "win32", reason="locks that a close drops are POSIX's")
def test_what_is_rated_after_an_audit_is_seen_by_others_and_kept(tmp_path: Path) -> None:
    folder = new_survey(tmp_path / "study").folder

    def others_see() -> int:
        command = [sys.executable, "-c", LOOK, str(folder.path)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    with folder.open() as store:
        store.append("pause", {"observer": "R1"})
        audit(folder, log_folder=tmp_path, settings_file=tmp_path / "none", look_at_pixels=False)
        assert others_see() == 1
        store.append("pause", {"observer": "R1"})
        assert others_see() == 2
    assert verify_folder(folder) == []
