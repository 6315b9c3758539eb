"""The report tells what a reviewer needs to make its figures again: floors of the interval, who finished, where."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy import stats

from medsr_viewer.survey.analysis_parts import found
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.report.content import report_document
from medsr_viewer.survey.report.document import Block, Facts, Paragraph
from medsr_viewer.survey.report.methods_text import methods_text
from medsr_viewer.survey.report.writing import report_files
from medsr_viewer.survey.statistics.crossed import crossed_spread
from medsr_viewer.survey.statistics.ranks import compare_ranks

from .report_example import OBSERVERS, analysed, facts_of, ratings


def _ranking(table: RatingTable, last: int) -> RatingTable:
    """Return the same with the scale turned round by the last observers."""
    turned = table.observer >= len(table.observers) - last
    return replace(table, value=np.where(turned, 6 - table.value, table.value))


def test_the_floors_of_the_interval_are_told_where_they_count() -> None:
    scores = np.random.default_rng(3).normal(size=(6, 5))
    spread = crossed_spread(scores)
    assert spread.df >= 4
    assert spread.variance >= scores.var(ddof=1) / scores.size * (1 - 1e-12)
    analysis = analysed(ratings())
    for text in (methods_text([analysis], facts_of(analysis)), analysis.interval):
        assert "never taken as smaller than that of independent ratings" in text
        assert "never fewer than the fewer of observers and cases less 1" in text


def test_who_did_not_finish_and_how_many_sites_rated_are_in_the_methods() -> None:
    analysis = analysed(ratings())
    text = methods_text([analysis], facts_of(analysis, unfinished=OBSERVERS[:2], rating_sites=2, withdrawn=("X",)))
    assert f"{len(OBSERVERS)} observers took part at 2 sites in" in text
    assert f"2 of the {len(OBSERVERS)} observers did not finish; what they answered is analysed." in text
    assert "1 further observer withdrew consent and is not analysed." in text
    plain = methods_text([analysis], facts_of(analysis))
    assert "did not finish" not in plain
    assert "sites" not in plain


def test_the_cases_with_and_without_a_finding_are_counted() -> None:
    table = ratings()
    findings = {name: place < 2 for place, name in enumerate(table.cases)}
    analysis = analysed(table, "roc", findings=findings)
    text = methods_text([analysis], facts_of(analysis))
    assert "6 cases (2 with and 4 without the finding) under" in text
    (lead,) = _leads(report_document([analysis], facts_of(analysis)).sections[0].blocks)
    assert lead.endswith("p is after Holm's procedure for all pairs of conditions.")
    assert "p values of all pairs were corrected by Holm's procedure" in text


def test_scores_without_those_whom_the_screening_names_stand_at_a_glance() -> None:
    analysis = analysed(_ranking(ratings(), 1))
    screened = {one.name: one.mean for one in found(analysis.scores_screened) or ()}
    assert screened
    (lead,) = _leads(report_document([analysis], facts_of(analysis)).sections[0].blocks)
    assert "who are kept here; without them: " in lead
    assert f"bicubic {screened['bicubic']:.2f}" in lead.partition("without them: ")[2]
    clean = analysed(ratings())
    assert not found(clean.scores_screened)
    (lead,) = _leads(report_document([clean], facts_of(clean)).sections[0].blocks)
    assert "without them" not in lead


def test_agreement_is_told_of_each_question_by_its_name() -> None:
    both = [analysed(ratings(), name="vessels"), analysed(ratings(seed=5), name="edges")]
    blocks = report_document(both, facts_of(both[0])).sections[0].blocks
    rows = dict(next(block for block in blocks if isinstance(block, Facts)).rows)
    assert rows["Agreement, vessels"] != rows["Agreement, edges"]
    assert "Agreement" not in rows


def test_that_no_p_value_is_corrected_for_the_number_of_questions_is_told() -> None:
    both = [analysed(ratings(), name="vessels"), analysed(ratings(seed=5), name="edges")]
    facts = facts_of(both[0])
    words = "No p value is corrected for the number of questions."
    assert words in methods_text(both, facts)
    assert Paragraph(words, "note") in report_document(both, facts).sections[0].blocks
    assert words not in methods_text(both[:1], facts)
    assert Paragraph(words, "note") not in report_document(both[:1], facts).sections[0].blocks


def test_ranks_are_of_the_cases_that_an_observer_rated_under_every_condition() -> None:
    table = ratings(repeats=0)
    kept = ~((table.observer == 0) & (table.condition == table.case % 4))  # the first observer has no complete case
    held = {
        name: getattr(table, name)[kept] for name in ("observer", "case", "condition", "value", "repeat", "seconds")
    }
    partial = replace(table, **held)
    ranks = compare_ranks(partial)
    assert ranks.friedman is not None
    assert ranks.friedman.dropped == 1
    means = np.nanmean(table.cube()[1:], axis=1)
    assert math.isclose(ranks.friedman.statistic, stats.friedmanchisquare(*means.T).statistic)
    assert "over the cases that the observer rated under every condition" in ranks.friedman.assumptions


def _leads(blocks: Iterable[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Paragraph) and block.kind == "lead"]


def test_how_many_cases_each_observer_rated_stands_beside_their_means() -> None:
    table = ratings(repeats=0)
    kept = (table.observer != 0) | (table.case == 0)
    columns = ("observer", "case", "condition", "value", "repeat", "seconds")
    analysis = analysed(replace(table, **{name: getattr(table, name)[kept] for name in columns}))
    assert analysis.cases_by_observer == {name: 6 - 5 * (name == OBSERVERS[0]) for name in OBSERVERS}
    files = report_files([analysis], facts_of(analysis))
    page = files["report.html"]
    assert isinstance(page, str)
    assert "They rated from 1 to 6 cases each" in page
    assert "Each rated 6 cases." in str(report_files([analysed(ratings())], facts_of(analysis))["report.html"])
    assert json.loads(files["report.json"])["questions"][0]["cases_by_observer"][OBSERVERS[0]] == 1
