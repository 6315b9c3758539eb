from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from medsr_viewer.survey.report.content import report_document
from medsr_viewer.survey.report.document import RESEARCH_USE, SIMULATED
from medsr_viewer.survey.report.facts import ConditionFact
from medsr_viewer.survey.report.html import html_page
from medsr_viewer.survey.report.tables import ratings_csv, safe_cell
from medsr_viewer.survey.report.writing import report_files, write_report

from .report_example import CONDITIONS, OBSERVERS, analysed, facts_of, ratings


@pytest.fixture(scope="module")
def analysis() -> Any:
    return analysed(ratings(), attention={"R&2": (1, 4)})


@pytest.fixture(scope="module")
def files(analysis) -> dict[str, Any]:
    return report_files([analysis], facts_of(analysis))


def test_a_hidden_reference_is_told_of_only_where_there_was_one(analysis) -> None:
    shown = "The undegraded image was among them, not labelled"
    files = report_files([analysis], facts_of(analysis))
    assert shown in files["methods.txt"]
    assert "served as reference" in files["methods.txt"]
    assert "Absolute category rating with hidden reference" in files["report.html"]
    tested = tuple(ConditionFact(name, "test", "method x") for name in CONDITIONS)
    files = report_files([analysis], facts_of(analysis, conditions=tested))
    assert shown not in files["methods.txt"]
    assert "served as reference" not in files["methods.txt"]
    assert "Absolute category rating (ITU-T P.910)" in files["report.html"]
    assert "with hidden reference" not in files["report.html"]


def test_the_json_has_what_a_script_asks_for(analysis, files) -> None:
    held = json.loads(files["report.json"], parse_constant=lambda text: pytest.fail(f"{text} is not JSON"))
    assert {"estimand", "interval", "observers", "excluded", "protocol", "survey_id", "simulated", "program"} <= set(
        held
    )
    assert held["observers"] == len(OBSERVERS)
    assert [one["name"] for one in held["conditions"]] == list(CONDITIONS)
    assert [one["role"] for one in held["conditions"]] == ["reference", "test", "test", "anchor"]
    first = analysis.table.repeat == 0
    for place, one in enumerate(held["conditions"]):
        values = analysis.table.value[first & (analysis.table.condition == place)]
        assert one["n"] == len(values)
        assert one["mos"] == pytest.approx(values.mean())
        assert sum(one["answers"].values()) == len(values)
        for interval in ("ci95", "ci95_observers", "ci95_bootstrap"):
            low, high = one[interval]
            assert 1 <= low <= one["mos"] <= high <= 5
    assert held["conditions"][0]["dmos"] is None
    assert held["conditions"][1]["dmos"] == pytest.approx(
        5 + held["conditions"][1]["mos"] - held["conditions"][0]["mos"]
    )


def test_the_json_says_why_a_part_is_missing(files) -> None:
    question = json.loads(files["report.json"])["questions"][0]
    assert "present or absent" in question["roc"]["missing"]
    assert question["between"]["icc"]["ICC(2,1)"]["value"] > 0.5
    assert question["differences"][0]["p_holm"] is not None


def test_the_page_is_well_formed_and_stands_alone(files) -> None:
    page = files["report.html"]
    root = ET.fromstring(page)  # noqa: S314 - our own
    addresses = [
        (tag.tag, name, value) for tag in root.iter() for name, value in tag.attrib.items() if name in {"src", "href"}
    ]
    targets = {value for tag in root.iter() if (value := tag.get("id"))}
    assert addresses
    for _, name, value in addresses:
        assert value.startswith("data:image/png;base64,") if name == "src" else value[1:] in targets
    assert not re.search(r"https?:|url\(|@import|<script", page)
    text = "".join(root.itertext())
    for name in (*OBSERVERS, *CONDITIONS, "Study <b> & “Größe”"):
        assert name in text


def test_the_pdf_opens(files) -> None:
    pdf = files["report.pdf"]
    assert pdf.startswith(b"%PDF-1.")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 4
    assert pdf.count(b"/Subtype /Image") >= 5


def test_every_page_says_what_it_is(analysis, monkeypatch) -> None:
    from reportlab.pdfgen.canvas import Canvas

    from medsr_viewer.survey.report.pdf import pdf_bytes

    drawn: list[tuple[int, str]] = []
    plain = Canvas.drawString
    monkeypatch.setattr(
        Canvas,
        "drawString",
        lambda self, x, y, text, **k: drawn.append((self.getPageNumber(), text)) or plain(self, x, y, text, **k),
    )
    pdf = pdf_bytes(report_document([analysis], facts_of(analysis, is_simulated=True)))
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert [page for page, text in drawn if RESEARCH_USE in text and SIMULATED in text] == list(range(1, pages + 1))


def test_every_file_of_simulated_observers_says_so(analysis) -> None:
    for name, content in report_files([analysis], facts_of(analysis, is_simulated=True)).items():
        if name.endswith("imrmc-SIMULATED.csv"):
            continue  # its program takes no other column: the name says it
        if isinstance(content, str):
            assert SIMULATED in content, name
            assert RESEARCH_USE in content, name
    page = html_page(report_document([analysis], facts_of(analysis)))
    assert SIMULATED not in page
    assert RESEARCH_USE in page


def test_ratings_read_back_as_they_were(analysis, files) -> None:
    rows = list(csv.DictReader(io.StringIO(files["ratings.csv"], newline="")))
    table = analysis.table
    assert len(rows) == len(table.value)
    assert [float(row["value"]) for row in rows] == table.value.tolist()
    assert [float(row["seconds"]) for row in rows] == table.seconds.tolist()
    assert [int(row["repeat"]) for row in rows] == table.repeat.tolist()
    back = [row["observer"].removeprefix("'") for row in rows]
    assert back == [table.observers[index] for index in table.observer]


def test_ratings_of_confidence_tell_the_truth_of_each_case(files) -> None:
    table = ratings()
    findings = {name: place < 2 for place, name in enumerate(table.cases[:-1])}
    rows = list(csv.DictReader(io.StringIO(ratings_csv([analysed(table, "roc", findings=findings)], "n"), newline="")))
    expected = {name: "present" if findings[name] else "absent" for name in findings} | {table.cases[-1]: ""}
    assert {row["case"]: row["finding"] for row in rows} == expected
    assert all(row["note"] == "n" for row in rows)
    assert "finding" not in files["ratings.csv"].splitlines()[0].split(",")


def test_no_cell_is_taken_for_a_formula(files) -> None:
    for name, content in files.items():
        if name.endswith(".csv"):
            for row in csv.reader(io.StringIO(content, newline="")):
                for cell in row:
                    assert not cell.startswith(("=", "+", "@", "\t", "\r")), (name, cell)
                    assert not cell.startswith("-") or re.fullmatch(r"-[\d.e-]+", cell), (name, cell)
    assert safe_cell("=1+1") == "'=1+1"
    assert safe_cell("plain") == "plain"


def test_conditions_and_stimuli_as_tables(analysis, files) -> None:
    conditions = list(csv.DictReader(io.StringIO(files["conditions.csv"])))
    assert [float(row["mos"]) for row in conditions] == [score.mean for score in analysis.scores]
    assert conditions[0]["dmos"] == ""
    stimuli = list(csv.DictReader(io.StringIO(files["stimuli.csv"])))
    assert len(stimuli) == len(analysis.table.cases) * len(CONDITIONS)
    assert float(stimuli[1]["mean"]) == pytest.approx(np.nanmean(analysis.table.cube()[:, 0, 1]))
    assert int(stimuli[1]["n"]) == len(OBSERVERS)


def test_present_or_absent_goes_to_imrmc(tmp_path: Path) -> None:
    table = ratings(("R1", "R2", "R,3"), 8, ("bicubic", "fmen"), repeats=0, means=(3, 3))
    truth = {name: place % 2 == 0 for place, name in enumerate(table.cases)}
    analysis = analysed(table, "roc", findings=truth)
    files = report_files([analysis], facts_of(analysis))
    rows = list(csv.reader(io.StringIO(files["imrmc.csv"])))
    assert rows[0] == ["readerID", "caseID", "modalityID", "score"]
    assert rows[1:9] == [["truth", f"case_{n}", "truth", str(int(n % 2 == 0))] for n in range(8)]
    assert len(rows) == 1 + 8 + 3 * 8 * 2
    assert {row[0] for row in rows[9:]} == {"R1", "R2", "R_3"}
    head, data = files["imrmc.imrmc"].split("BEGIN DATA:\n")
    assert {"NR: 3", "N0: 4", "N1: 4", "NM: 2"} <= set(head.splitlines())
    assert [line.split(", ") for line in data.splitlines()] == rows[1:]
    assert "Area under the ROC curve" in files["report.html"]
    assert json.loads(files["report.json"])["questions"][0]["roc"][0]["present"] == 4


def test_names_in_imrmcs_files_are_unique_and_have_a_key() -> None:
    observers = ("-R6", "R6", "R 6", "R_6", "truth", "@", "r6")
    analysis = analysed(ratings(observers, 5, ("bicubic", "-bicubic"), repeats=0), "acr")
    files = report_files([analysis], facts_of(analysis))
    rows = list(csv.DictReader(io.StringIO(files["imrmc.csv"])))
    assert len({row["readerID"] for row in rows}) == len(observers)
    assert len({row["modalityID"] for row in rows}) == 2
    key = list(csv.DictReader(io.StringIO(files["imrmc-key.csv"], newline="")))
    readers = {row["survey_name"].removeprefix("'"): row["imrmc_name"] for row in key if row["kind"] == "reader"}
    assert set(readers) == set(observers)
    assert (readers["R6"], readers["R_6"]) == ("R6", "R_6")  # plain names keep
    assert set(readers.values()) == {row["readerID"] for row in rows}
    assert "truth" not in readers.values()
    table = analysis.table
    of_one = [row["score"] for row in rows if row["readerID"] == readers["-R6"]]
    assert [float(score) for score in of_one] == table.value[table.observer == 0].tolist()


def test_several_questions_have_their_own_parts(analysis) -> None:
    second = analysed(ratings(seed=3), "vgc", name="sharpness")
    files = report_files([analysis, second], facts_of(analysis))
    assert [one["question"] for one in json.loads(files["report.json"])["questions"]] == ["quality", "sharpness"]
    assert {"figures/mos-quality.png", "figures/mos-sharpness.png", "imrmc-sharpness.csv"} <= set(files)
    root = ET.fromstring(files["report.html"])  # noqa: S314 - our own
    assert sum(1 for tag in root.iter("h2") if tag.get("class") == "part") == 3
    assert len({tag.get("id") for tag in root.iter("section")}) == sum(1 for _ in root.iter("section"))


def test_a_report_is_written_whole_and_again(analysis, tmp_path: Path) -> None:
    facts = facts_of(analysis, withdrawn=("R9",), problems=("plan.json was changed",))
    first = write_report(tmp_path / "out", [analysis], facts)
    assert first[0].name == "report.html"
    assert sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file()) == sorted(first)
    before = {path: path.read_bytes() for path in first}
    write_report(tmp_path / "out", [analysis], facts)
    assert {path: path.read_bytes() for path in first} == before  # the same ratings, the same report
    assert "plan.json was changed" in (tmp_path / "out/report.html").read_text("utf-8")
    assert json.loads(before[first[2]])["excluded"] == [
        {"observer": "R9", "reason": "withdrew consent", "after_opening": False}
    ]
