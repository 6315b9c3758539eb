"""The whole report as a document: which sections there are, and what comes first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from medsr_viewer.survey.analysis import Analysis, recommended
from medsr_viewer.survey.analysis_parts import found
from medsr_viewer.survey.pair_analysis import PairAnalysis
from medsr_viewer.survey.report.document import Block, Document, Facts, Paragraph, Section, figure_mark, marks_of
from medsr_viewer.survey.report.facts import SurveyFacts
from medsr_viewer.survey.report.methods_text import REFERENCES_HEADING, late_withdrawal_words, methods_text
from medsr_viewer.survey.report.sections.cases import case_section
from medsr_viewer.survey.report.sections.objective import objective_section
from medsr_viewer.survey.report.sections.observers import agreement_sentence, observer_sections
from medsr_viewer.survey.report.sections.ordinal import ordinal_section, roc_lead, roc_section
from medsr_viewer.survey.report.sections.pairs import pair_lead, pair_sections
from medsr_viewer.survey.report.sections.planning import planning_section
from medsr_viewer.survey.report.sections.published import published_section
from medsr_viewer.survey.report.sections.scores import difference_of, distribution_section, score_sections, top_two
from medsr_viewer.survey.report.sections.survey import protocol_words, survey_section
from medsr_viewer.survey.report.statistics_text import UNCORRECTED
from medsr_viewer.survey.report.wording import count, counted, number, p_equals, with_interval

AnyAnalysis = Analysis | PairAnalysis


def report_document(analyses: Sequence[AnyAnalysis], facts: SurveyFacts) -> Document:
    """Return the report.

    Parameters
    ----------
    analyses : sequence of Analysis or PairAnalysis
        One a question, in the design's order.
    facts : SurveyFacts
        Of the survey.
    """
    mark = figure_mark(is_simulated=facts.is_simulated)
    sections = [_glance(analyses, facts)]
    if facts.is_published and analyses and isinstance(analyses[0], Analysis):
        sections.append(published_section(analyses[0]))
    for analysis in analyses:
        part = f"{analysis.question}: {analysis.text}" if len(analyses) > 1 else ""
        sections += [replace(section, part=part) for section in _question(analysis, mark) if section.blocks]
    last = "The survey" if len(analyses) > 1 else ""
    sections.append(replace(survey_section(facts), part=last))
    sections.append(replace(_methods(analyses, facts), part=last))
    subtitle = f"{protocol_words(facts)}. Report by {facts.program}."
    return Document(facts.title, subtitle, marks_of(is_simulated=facts.is_simulated), tuple(sections))


def _methods(analyses: Sequence[AnyAnalysis], facts: SurveyFacts) -> Section:
    text, heading, references = methods_text(analyses, facts).partition(REFERENCES_HEADING)
    cited = (Paragraph(f"{heading}{references}".strip(), "note"),) if references else ()
    return Section("Methods, for a paper", (Paragraph(text), *cited), is_together=True)


def _question(analysis: AnyAnalysis, mark: str) -> list[Section]:
    if isinstance(analysis, PairAnalysis):
        first, *others = pair_sections(analysis, mark)
        return [_cautioned(first, analysis), *others]
    if not analysis.n:
        return [Section("Ratings", (Paragraph("There are no ratings.", "caution"),))]
    if not analysis.is_quality:
        # Means of confidence over cases with and without the finding say nothing about quality.
        roc = _cautioned(roc_section(analysis, mark), analysis)
        return [roc, distribution_section(analysis, mark), *observer_sections(analysis, mark)]
    return [
        *(_cautioned(section, analysis) for section in score_sections(analysis, mark)),
        distribution_section(analysis, mark),
        _cautioned(ordinal_section(analysis, mark), analysis),
        *observer_sections(analysis, mark),
        case_section(analysis, mark),
        _objective(analysis, mark),
        planning_section(analysis),
    ]


def _objective(analysis: Analysis, mark: str) -> Section:
    section = objective_section(analysis, mark)
    return _cautioned(section, analysis) if any(found(one) for one in analysis.correlations.values()) else section


def _cautioned(section: Section, analysis: AnyAnalysis) -> Section:
    """Return a section of intervals and p values with the caution on them, where there is one, before them."""
    if not analysis.caution:
        return section
    return replace(section, blocks=(Paragraph(analysis.caution, "caution"), *section.blocks))


def _glance(analyses: Sequence[AnyAnalysis], facts: SurveyFacts) -> Section:
    blocks: list[Block] = []
    if facts.problems:
        blocks.append(
            Paragraph("The verification of this survey found problems: " + "; ".join(facts.problems), "caution")
        )
    cautions = dict.fromkeys(analysis.caution for analysis in analyses if analysis.caution)
    blocks += [Paragraph(caution, "caution") for caution in cautions]
    blocks += [Paragraph(late_withdrawal_words(one), "caution") for one in facts.after_opening.withdrawals]
    for analysis in analyses:
        lead = pair_lead(analysis) if isinstance(analysis, PairAnalysis) else _lead(analysis)
        blocks.append(Paragraph(f"{analysis.text} {lead}" if len(analyses) > 1 else lead, "lead"))
    if sum(isinstance(analysis, Analysis) and bool(analysis.n) for analysis in analyses) > 1:
        blocks.append(Paragraph(UNCORRECTED, "note"))
    ratings = sum(analysis.n for analysis in analyses)
    rows = [
        ("Observers", count(len(facts.answered))),
        ("Cases", count(facts.cases)),
        ("Conditions", ", ".join(facts.named(one) for one in facts.conditions)),
        ("Choices" if facts.protocol == "pairs" else "Ratings", count(ratings)),
    ]
    rows += [
        (f"Agreement, {analysis.question}" if len(analyses) > 1 else "Agreement", sentence)
        for analysis in analyses
        if isinstance(analysis, Analysis) and (sentence := agreement_sentence(analysis))
    ]
    return Section("At a glance", (*blocks, Facts(tuple(rows))))


def _lead(analysis: Analysis) -> str:
    tested = top_two(analysis)
    if not tested:
        return "There are no ratings of a tested condition."
    if not analysis.is_quality:
        return roc_lead(analysis)
    scores = "; ".join(f"{score.name} {with_interval(score.mean, score.ci95.low, score.ci95.high)}" for score in tested)
    text = f"Mean opinion scores on the scale from 1 to {analysis.table.best}: {scores}."
    if len(tested) > 1:
        text += _ahead(analysis, tested[0].name, tested[1].name)
    text += _screened(analysis, [score.name for score in tested])
    if not analysis.has_interval:
        return f"{text} {analysis.interval_words}"
    if analysis.caution:
        return f"{text} These intervals and p values are unreliable: see the caution."
    observers = counted(len(analysis.table.observers), "observer")
    return f"{text} The intervals are for new observers and new cases; {observers} rated."


def _screened(analysis: Analysis, names: Sequence[str]) -> str:
    """Return the scores without the observers whom the screening would leave out; "" where there are none."""
    scores = {score.name: score.mean for score in found(analysis.scores_screened) or ()}
    if not scores:
        return ""
    without = "; ".join(f"{name} {number(scores[name])}" for name in names if name in scores)
    whom = f"{count(len(recommended(analysis)))} of {counted(len(analysis.table.observers), 'observer')}"
    return f" The screening speaks for leaving out {whom}, who are kept here; without them: {without}."


def _ahead(analysis: Analysis, first: str, second: str) -> str:
    """Return by how much the best condition is rated higher than the next; "" where they were not compared."""
    difference = difference_of(analysis, first, second)
    if not difference:
        return ""
    mean, low, high, p = difference
    higher = f"{number(abs(mean))} {'higher' if mean > 0 else 'lower'}"
    told = f"{first} is rated {higher} than {second}" if abs(mean) >= 0.005 else f"{first} and {second} are rated alike"
    if math.isnan(low):
        return f" {told}."
    corrected = " after Holm's correction" if len(found(analysis.differences) or ()) > 1 else ""
    return f" {told} (95 % CI {number(low)} to {number(high)}, {p_equals(p)}{corrected})."
