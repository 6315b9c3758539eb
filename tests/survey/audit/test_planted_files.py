"""Leaks planted in a survey's files: each is found, and found alone."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.survey.audit import Finding
from medsr_viewer.survey.audit.cases import Cases
from medsr_viewer.survey.audit.listing import FileFact, list_files
from medsr_viewer.survey.audit.other_files import check_database, check_design_source
from medsr_viewer.survey.audit.paths import check_text_paths
from medsr_viewer.survey.audit.stimulus_files import (
    check_files,
    check_sizes,
    check_written_order,
    order_chance,
)
from medsr_viewer.survey.audit.words import secrets_of
from medsr_viewer.survey.sealing import allocation_bytes
from medsr_viewer.survey.sources import sources_file_of

from .surveys import PASSPHRASE, Survey, new_survey


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    return new_survey(tmp_path / "study", cases=4, training=0)


def checks(findings: list[Finding]) -> list[tuple[str, str]]:
    """Return what was found, once no message names what is secret."""
    for finding in findings:
        told = " ".join(map(str, vars(finding).values()))
        assert not any(name in told for name in ("bicubic", "srgan", "nearest", "patient-", "trainee-"))
    return sorted({(finding.check, finding.severity) for finding in findings})


def one(survey: Survey, condition: str = "swift-srgan") -> Path:
    return survey.folder.stimulus_file(survey.stimuli(condition)[0])


def keep_date(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    os.utime(path, (946684800, 946684800))


def test_a_file_named_after_a_method(survey: Survey) -> None:
    keep_date(survey.folder.stimuli_folder / "patient-1_bicubic.npy", one(survey).read_bytes())
    assert ("file names", "refuse") in checks(survey.audit(look_at_pixels=False))


def test_file_dates(survey: Survey) -> None:
    os.utime(one(survey), (946684800, 946684801))
    assert checks(survey.audit(look_at_pixels=False)) == [("file dates", "refuse")]


def test_a_stimulus_that_is_a_link(survey: Survey) -> None:
    target = survey.folder.path.parent / "swift-srgan.npy"
    one(survey).rename(target)
    one(survey).symlink_to(target)
    os.utime(one(survey), (946684800, 946684800), follow_symlinks=False)
    assert ("file attributes", "refuse") in checks(survey.audit(look_at_pixels=False))


def test_permissions_that_differ(survey: Survey) -> None:
    one(survey).chmod(0o600)
    assert checks(survey.audit(look_at_pixels=False)) == [("file attributes", "refuse")]


def test_extended_attributes(survey: Survey) -> None:
    try:
        os.setxattr(one(survey), "user.xdg.origin.url", b"srgan")
    except (OSError, AttributeError):
        pytest.skip("this drive has no extended attributes")
    assert checks(survey.audit(look_at_pixels=False)) == [("file attributes", "refuse")]


def test_a_compressed_stimulus(survey: Survey) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, np.load(one(survey)))
    keep_date(one(survey), buffer.getvalue())
    assert ("file sizes", "refuse") in checks(survey.audit(look_at_pixels=False, allocation=survey.allocation))
    assert ("header of a stimulus", "refuse") in checks(survey.audit(look_at_pixels=False))


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int16])
def test_another_data_type(survey: Survey, dtype: type) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.load(one(survey)).astype(dtype))
    keep_date(one(survey), buffer.getvalue())
    found = checks(survey.audit(look_at_pixels=False, allocation=survey.allocation))
    assert ("header of a stimulus", "refuse") in found
    assert ("file sizes", "refuse") in found


def test_a_note_in_the_header(survey: Survey) -> None:
    content = one(survey).read_bytes()
    at = content.index(b"}") + 1
    keep_date(one(survey), content[:at] + b"#gan" + content[at + 4 :])
    assert np.load(one(survey)).ndim == 2
    assert checks(survey.audit(look_at_pixels=False)) == [("header of a stimulus", "refuse")]


def test_column_major_pixels(survey: Survey) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.asfortranarray(np.load(one(survey))))
    keep_date(one(survey), buffer.getvalue())
    assert checks(survey.audit(look_at_pixels=False)) == [("header of a stimulus", "refuse")]


def test_bytes_after_the_pixels(survey: Survey) -> None:
    keep_date(one(survey), one(survey).read_bytes() + b"swift-srgan")
    found = checks(survey.audit(look_at_pixels=False, allocation=survey.allocation))
    assert found == [("bytes after the pixels", "refuse"), ("file sizes", "refuse")]


def test_space_on_the_disk() -> None:
    files = [FileFact(f"{name}.npy", 100_000, allocated=space) for name, space in (("a", 100_000), ("b", 30_000))]
    assert checks(list(check_sizes(files, Cases((("a", "b"),), certain=True)))) == [("space on the disk", "warning")]


@pytest.mark.parametrize("what", ["changed", "born", "inode"])
def test_order_of_writing(survey: Survey, what: str) -> None:
    files = [replace(fact, name=fact.name.removeprefix("stimuli/")) for fact in list_files(survey.folder.path)]
    files = [fact for fact in files if fact.name.endswith(".npy")]
    groups: dict[str, list[str]] = {}
    for name, meaning in survey.allocation.meanings.items():  # in the order of computation: case by case
        groups.setdefault(meaning.case, []).append(name)
    case_by_case = [name for group in groups.values() for name in group]
    method_by_method = [name for condition in zip(*groups.values(), strict=True) for name in condition]
    cases = Cases(tuple(map(tuple, groups.values())), certain=True)
    for order in (case_by_case, method_by_method):
        known = {f"{name}.npy": number for number, name in enumerate(order)}
        planted = [replace(fact, changed=1, born=1, inode=1) for fact in files]
        planted = [replace(fact, **{what: known[fact.name]}) for fact in planted]
        assert checks(list(check_written_order(planted, cases))) == [("order of writing", "refuse")]
        assert list(check_files(planted, survey.plan)) == []
    assert list(check_written_order(files, cases)) == []


def test_random_orders_are_not_told_from_random() -> None:
    rng = np.random.default_rng(3)
    owners = np.repeat(np.arange(10), 4)
    chances = [order_chance(rng.permutation(owners).tolist()) for _ in range(500)]
    assert min(chances) > 1e-4


def test_the_open_allocation(survey: Survey) -> None:
    survey.folder.write_allocation(survey.allocation)
    assert checks(survey.audit(look_at_pixels=False)) == [("open allocation", "refuse")]


def test_an_allocation_under_another_name(survey: Survey) -> None:
    (survey.folder.path / ".1f.part").write_bytes(allocation_bytes(survey.allocation))
    assert ("other files", "refuse") in checks(survey.audit(look_at_pixels=False))


@pytest.mark.parametrize("line", ["seed = 7", "# seed = 7", '"seed" = 7'])
def test_a_seed_in_the_design(survey: Survey, line: str) -> None:
    text = survey.folder.design_file.read_text("utf-8")
    assert list(check_design_source(text, survey.plan.stimuli)) == []
    assert checks(list(check_design_source(f"{line}\n{text}", survey.plan.stimuli))) == [("seed", "refuse")]
    survey.folder.design_file.write_text(text.replace("[arrangement]", f"[arrangement]\n{line}"), "utf-8")
    assert ("seed", "refuse") in checks(survey.audit(look_at_pixels=False))


def test_a_copy_of_the_design_with_its_seed(survey: Survey) -> None:
    (survey.folder.path / "design.toml~").write_text("[arrangement]\nseed = 7\n", "utf-8")
    assert checks(survey.audit(look_at_pixels=False)) == [("seed", "refuse")]


def test_a_stimulus_named_in_the_design(survey: Survey) -> None:
    with survey.folder.design_file.open("a") as file:
        file.write(f"\n# {one(survey).stem} is the good one\n")
    assert checks(survey.audit(look_at_pixels=False)) == [("stimuli in the design", "refuse")]


@pytest.mark.parametrize(
    "line",
    [
        'path = "doe-john.dcm"',
        'path = "/data/doe-john.dcm"',
        "# from /home/doe/john.dcm",
        "# C:\\\\doe\\\\john.dcm",
        r"# \\\\server\\doe",
        "# file:///home/doe/john.dcm",
    ],
)
def test_a_path_in_the_design(survey: Survey, line: str) -> None:
    path = survey.folder.design_file
    path.write_text(path.read_text("utf-8").replace("[[cases]]", f"[[cases]]\n{line}", 1), "utf-8")
    assert checks(survey.audit(look_at_pixels=False)) == [("paths of files", "refuse")]


def test_a_path_in_the_records_and_in_an_export_of_them(survey: Survey, tmp_path: Path) -> None:
    records = tmp_path / "records.json"
    with survey.folder.open() as store:
        store.append("pause", {"ambient": "dim and/or dark, 20/20"})
        assert survey.audit(look_at_pixels=False) == []
        store.append("pause", {"note": r"D:\doe\john.dcm"})
        records.write_text(json.dumps([asdict(record) for record in store.records()]))
    assert checks(survey.audit(look_at_pixels=False)) == [("paths of files", "refuse")]
    assert [finding.check for finding in check_text_paths(records.read_text("utf-8"), "x")] == ["paths of files"]


def test_sources_inside_the_folder_or_an_export(survey: Survey) -> None:
    beside = sources_file_of(survey.folder.path)
    inside = survey.folder.path / "copies" / beside.name
    inside.parent.mkdir()
    beside.rename(inside)
    assert ("paths of files", "refuse") in checks(survey.audit(look_at_pixels=False))
    with zipfile.ZipFile(survey.folder.path / "bundle.zip", "w") as archive:
        archive.write(inside, "study/sources.toml")
    inside.unlink()
    found = [one.where for one in survey.audit(look_at_pixels=False) if one.check == "paths of files"]
    assert len(found) == 2, "the file itself, and the paths in it"


def test_no_address_of_a_server_is_a_path(survey: Survey) -> None:
    for text in ('url = "postgresql+psycopg://ann@host/name"', "https://example.org/a/b", '"/"', "5 / 7 / 9", "a/b/c"):
        assert list(check_text_paths(text, "x")) == [], text


def test_the_passphrase_beside_the_allocation(survey: Survey) -> None:
    (survey.folder.path / "notes.txt").write_text("wrong\n")
    assert survey.audit(look_at_pixels=False) == []
    (survey.folder.path / "secret.txt").write_text(f"{PASSPHRASE}\r\nmore\n")
    assert checks(survey.audit(look_at_pixels=False)) == [("passphrase", "refuse")]


@pytest.mark.parametrize("name", ["swift_srgan-x4.png", "report/Bicubic.html"])
def test_a_file_named_after_a_method_beside_the_survey(survey: Survey, name: str) -> None:
    path = survey.folder.path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    assert checks(survey.audit(look_at_pixels=False)) == [("other files", "refuse")]


def test_notes_beside_the_survey(survey: Survey) -> None:
    (survey.folder.path / "readme.txt").write_text("We compare bicubic and another.\n")
    assert checks(survey.audit(look_at_pixels=False)) == [("other files", "warning")]
    (survey.folder.path / "readme.txt").write_text(f"{one(survey).stem} is of Swift SRGAN\n")
    assert checks(survey.audit(look_at_pixels=False)) == [("other files", "refuse")]


def test_exports(survey: Survey) -> None:
    bundle = survey.folder.path / "bundle.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.write(survey.folder.plan_file, "study/plan.json")
        archive.write(survey.folder.design_file, "study/design.toml")
    assert survey.audit(look_at_pixels=False) == []
    for name, content in (
        ("study/allocation.json", b"{}"),
        ("study/nearest/1.png", b""),
        ("study/table.csv", f"{one(survey).stem},bicubic".encode()),
    ):
        with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        found = checks(survey.audit(look_at_pixels=False))
        assert [severity for check, severity in found if check in {"exports", "other files"}] == ["refuse"]


def test_a_name_in_a_record(survey: Survey) -> None:
    with survey.folder.open() as store:
        store.append("rating", {"answers": [{"stimulus": "a", "method": "SWIFT_SRGAN"}]}, session="ab", key="R1/1/0")
    found = checks(survey.audit(look_at_pixels=False))
    assert ("name of a condition", "refuse") in found
    assert ("bytes of the database", "refuse") in found


def test_a_case_in_a_record(survey: Survey) -> None:
    with survey.folder.open() as store:
        store.append("session", {"case": "patient-1.dcm"})
    assert checks(survey.audit(look_at_pixels=False)) == [("name of a case", "warning")]


def test_a_name_in_free_pages_of_the_database(survey: Survey, tmp_path: Path) -> None:
    path = tmp_path / "freed.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("CREATE TABLE record (payload TEXT)")
    connection.execute("INSERT INTO record VALUES (?)", ('{"method":"swift-srgan"}',))
    connection.commit()
    connection.execute("DELETE FROM record")
    connection.commit()
    connection.close()
    found = check_database(path.read_bytes(), "survey.sqlite", secrets_of(survey.design))
    assert checks(list(found)) == [("bytes of the database", "refuse")]
    (survey.folder.path / "survey.sqlite.1.backup").write_bytes(b"junk \x00 nearest \x00")
    assert ("bytes of the database", "refuse") in checks(survey.audit(look_at_pixels=False))


def test_a_folder_named_after_a_method(tmp_path: Path) -> None:
    survey = new_survey(tmp_path / "bicubic-against-others", cases=2)
    assert checks(survey.audit(look_at_pixels=False)) == [("folder", "warning")]


def test_logs(survey: Survey, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "medsr-viewer.log.1"
    log.parent.mkdir()
    log.write_text("INFO started\n")
    assert survey.audit(look_at_pixels=False) == []
    log.write_text("INFO computed swift-srgan\n")
    assert checks(survey.audit(look_at_pixels=False)) == [("logs", "warning")]
    log.write_text(f"INFO computed swift-srgan\nINFO wrote {one(survey).stem[:8]}\n")
    assert checks(survey.audit(look_at_pixels=False)) == [("logs", "refuse")]


def test_recent_files(survey: Survey, tmp_path: Path) -> None:
    settings = tmp_path / "settings.ini"
    head = "[General]\ncontents=bicubic|nearest\n\n[recent]\nsize=1\n"
    for path, expected in (
        ("/data/another.dcm", []),
        ("/data/patient-1.dcm", [("recent files", "warning")]),
        ("/data/swift-srgan/1.dcm", [("recent files", "warning")]),
        (str(one(survey)), [("recent files", "refuse")]),
    ):
        settings.write_text(f"{head}1\\path={path}\n")
        assert checks(survey.audit(look_at_pixels=False)) == expected
