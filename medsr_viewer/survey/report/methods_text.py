"""A methods section ready for a paper, in plain sentences with the survey's own numbers."""

from __future__ import annotations

from collections.abc import Sequence

from medsr_viewer.survey.after_opening import LateWithdrawal
from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.analysis_parts import found
from medsr_viewer.survey.pair_analysis import PairAnalysis
from medsr_viewer.survey.protocols import PROTOCOLS
from medsr_viewer.survey.report.document import SIMULATED
from medsr_viewer.survey.report.facts import SurveyFacts
from medsr_viewer.survey.report.statistics_text import statistics_text
from medsr_viewer.survey.report.wording import count, counted, listed, moment

_SHOWN = {
    "acr": "Images were shown one at a time, and each was rated (absolute category rating, ITU-T P.910)",
    "dsis": "Each image was shown beside the labelled original (double-stimulus impairment scale, ITU-R BT.500)",
    "queens": "Each case was shown as the labelled original beside all conditions at once, unlabelled and in random"
    " places",
    "pairs": "Two images of a case were shown side by side in random places, and the better one had to be chosen"
    " (pair comparison, ITU-T P.910)",
    "vgc": "Images were shown one at a time, and each was graded against the criteria",
    "roc": "Images were shown one at a time, and observers stated their confidence that the finding was present",
}

REFERENCES_HEADING = "\n\nReferences\n\n"
REFERENCES = {
    "P.910": "ITU-T Rec. P.910, Subjective video quality assessment methods for multimedia applications (2023).",
    "BT.500": "ITU-R Rec. BT.500-15, Methodologies for the subjective assessment of the quality of television images"
    " (2023).",
    "P.913": "ITU-T Rec. P.913, Methods for the subjective assessment of video quality in any environment (2021).",
    "odds": "McCullagh P. Regression models for ordinal data. J R Stat Soc B 42:109 (1980).",
    "Holm": "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 6:65 (1979).",
    "ICC": "McGraw KO, Wong SP. Forming inferences about some intraclass correlation coefficients. Psychol Methods"
    " 1:30 (1996).",
    "alpha": "Krippendorff K. Content Analysis, 4th ed. Sage (2019).",
    "VGC": "Båth M, Månsson LG. Visual grading characteristics (VGC) analysis. Br J Radiol 80:169 (2007).",
    "OR": "Obuchowski NA, Rockette HE. Hypothesis testing of diagnostic accuracy for multiple readers and multiple"
    " tests: an ANOVA approach with dependent observations. Commun Stat Simul Comput 24:285 (1995).",
    "Hillis": "Hillis SL. A comparison of denominator degrees of freedom methods for multiple observer ROC analysis."
    " Stat Med 26:596 (2007).",
    "logit": "Qin G, Hotilovac L. Comparison of non-parametric confidence intervals for the area under the ROC curve of"
    " a continuous-scale diagnostic test. Stat Methods Med Res 17:207 (2008).",
    "score": "Newcombe RG. Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part 2."
    " Stat Med 25:559 (2006).",
    "clusters": "Cameron AC, Gelbach JB, Miller DL. Robust inference with multiway clustering. J Bus Econ Stat 29:238"
    " (2011).",
    "cluster": "Liang KY, Zeger SL. Longitudinal data analysis using generalized linear models. Biometrika 73:13"
    " (1986).",
    "BT": "Bradley RA, Terry ME. Rank analysis of incomplete block designs. Biometrika 39:324 (1952).",
    "Thurstone": "Thurstone LL. A law of comparative judgment. Psychol Rev 34:273 (1927).",
}


def methods_text(analyses: Sequence[Analysis | PairAnalysis], facts: SurveyFacts) -> str:
    """Return the text: paragraphs with an empty line between them, references at the end.

    Parameters
    ----------
    analyses : sequence of Analysis or PairAnalysis
        One a question.
    facts : SurveyFacts
        Of the survey.
    """
    rated = [analysis for analysis in analyses if isinstance(analysis, Analysis)]
    statistics, cited = statistics_text(rated, facts) if rated else _pairs(analyses)
    paragraphs = [_design(analyses, facts), _blinding(facts), statistics]
    if facts.is_simulated:
        paragraphs.insert(0, f"{SIMULATED}: the ratings come from a simulation of observers, not from people.")
    text = "\n\n".join(paragraphs)
    recommendations = [key for key in ("P.910", "BT.500", "P.913") if key in text]
    references = [f"- {REFERENCES[key]}" for key in dict.fromkeys((*recommendations, *cited))]
    return text + (REFERENCES_HEADING + "\n".join(references) if references else "") + "\n"


def _design(analyses: Sequence[Analysis | PairAnalysis], facts: SurveyFacts) -> str:
    tested = [facts.named(one) for one in facts.conditions if one.role == "test"]
    others = [
        f"the {facts.named(one)} as {'hidden reference' if one.role == 'reference' else 'low anchor'}"
        for one in facts.conditions
        if one.role != "test"
    ]
    ratings = sum(analysis.n for analysis in analyses)
    text = (
        f"{counted(len(facts.answered), 'observer')} took part{_places(facts)} in a blind reader survey of"
        f" {counted(facts.cases, 'case')}{_truth(analyses)} under"
        f" {counted(len(facts.conditions), 'condition')}:"
        f" {listed(tested)}{', and ' + listed(others) if others else ''}."
    )
    hidden = any(one.role == "reference" for one in facts.conditions)
    if facts.mode == "test":
        factors = " or ".join(map(str, facts.factors))
        kernel = f" ({facts.degradation})" if facts.degradation else ""
        text += f" Each case was degraded{kernel} by a factor of {factors} and upscaled by every method"
        text += ", each at its scale" if len(facts.factors) > 1 else ""
        text += "; the undegraded image served as reference." if hidden or PROTOCOLS[facts.protocol].labelled else "."
    else:
        text += f" Each case was upscaled by a factor of {facts.scale_factor} by every method; there was no reference."
    text += f" {_SHOWN[facts.protocol]}."
    if hidden:
        text += " The undegraded image was among them, not labelled."
    for analysis in analyses:
        if isinstance(analysis, PairAnalysis):
            text += f" They were asked \N{LEFT DOUBLE QUOTATION MARK}{analysis.text}\N{RIGHT DOUBLE QUOTATION MARK}"
            continue
        scale = analysis.scale
        ends = " to ".join(f"{value} ({_word(scale.label(value), value)})" for value in (1, scale.best))
        text += (
            f" Observers answered \N{LEFT DOUBLE QUOTATION MARK}{analysis.text}\N{RIGHT DOUBLE QUOTATION MARK} on a"
            f" scale from {ends}."
        )
    if facts.protocol == "pairs":
        text += f" {counted(ratings, 'choice')} {'was' if ratings == 1 else 'were'} made." if ratings else ""
    elif ratings:
        repeats = ", repeats included" if facts.repeat_share else ""
        text += f" {counted(ratings, 'rating')} {'was' if ratings == 1 else 'were'} given{repeats}."
    if facts.unfinished:
        text += (
            f" {count(len(facts.unfinished))} of the {counted(len(facts.answered), 'observer')} did not finish; what"
            " they answered is analysed."
        )
    if facts.withdrawn:
        text += (
            f" {counted(len(facts.withdrawn), 'further observer')} withdrew consent and"
            f" {'is' if len(facts.withdrawn) == 1 else 'are'} not analysed."
        )
    return text + "".join(f" {late_withdrawal_words(one)}" for one in facts.after_opening.withdrawals)


def _places(facts: SurveyFacts) -> str:
    return f" at {facts.rating_sites} sites" if facts.rating_sites > 1 else ""


def _truth(analyses: Sequence[Analysis | PairAnalysis]) -> str:
    """Return how many cases have the finding, of a survey on whether it is present."""
    findings = next((one.findings for one in analyses if isinstance(one, Analysis) and one.findings), {})
    present = sum(findings.values())
    return f" ({present} with and {len(findings) - present} without the finding)" if findings else ""


def late_withdrawal_words(one: LateWithdrawal) -> str:
    """Return what is to be said of an observer who withdrew when the results could be known."""
    kept = (
        "the report gives the scores without and with this observer's answers."
        if one.has_answers
        else "this observer's answers are erased, or there were none, so that scores with them cannot be given."
    )
    return f"Observer {one.observer} withdrew on {moment(one.time)}, after the allocation had been opened: {kept}"


def _opening(facts: SurveyFacts) -> str:
    """Return when the allocation was opened, with what came after it."""
    later = facts.after_opening
    if not later.merged:
        return "after the last."
    text = (
        f"on {moment(later.opened)}; {counted(later.merged, 'answer')} of other sites"
        f" {'was' if later.merged == 1 else 'were'} taken in only after that"
    )
    if not later.given:
        return text + ", all given before it by their site's clock."
    whose = "it" if later.merged == 1 else str(later.given) if later.given < later.merged else "all of them"
    return text + f", and {whose} {'was' if later.given == 1 else 'were'} given after it by their site's clock."


def _blinding(facts: SurveyFacts) -> str:
    over = " and observers" if len(facts.answered) > 1 else ""
    order = (
        "in an order of cases that was random for each observer"
        if facts.protocol in {"queens", "pairs"}
        else f"in blocks that held every case once, with conditions balanced over blocks{over} (Latin square)"
        if facts.order == "latin"
        else "in an order that was random for each observer"
    )
    text = (
        f"Images were presented {order}. Observers, and everyone who had access to the survey while it ran, were"
        f" blind to"
        " the conditions: the allocation was drawn and encrypted before the first rating"
        + (
            f", committed to by its SHA-256 digest ({facts.commitment[:16]}\N{HORIZONTAL ELLIPSIS})"
            if facts.commitment
            else ""
        )
        + f", and opened {_opening(facts)}"
    )
    if facts.training_cases:
        text += _training(facts)
    if facts.repeat_share:
        text += (
            f" {100 * facts.repeat_share:.0f} % of the trials were shown a second time to measure intra-observer"
            f" reliability."
        )
    if facts.attention_checks:
        text += f" {counted(facts.attention_checks, 'attention check')} asked each observer for a given answer."
    return text + (
        f"{_sittings(facts)} Ratings were kept in an"
        f" append-only, hash-chained record.{_integrity(facts)}{_clocks(facts)} The survey was run and analysed with"
        f" {facts.program}."
    )


def _clocks(facts: SurveyFacts) -> str:
    """Return what the times of answers are worth where a clock was moved back."""
    changes = facts.clock_changes
    if not changes:
        return ""
    sites = len({change.site for change in changes})
    most = max(changes, key=lambda change: change.seconds)
    times = "once" if len(changes) == 1 else f"{len(changes)} times, at most"
    return (
        f" The clock of {counted(sites, 'site')} was moved back {times} by {most.amount}, so that the recorded times of"
        f" {counted(sum(change.answers for change in changes), 'answer')} are unreliable; the order of the answers,"
        " their values and how long each took do not depend on that clock."
    )


def _training(facts: SurveyFacts) -> str:
    """Return who went through the training phase, by the records."""
    whole = f" A training phase with {counted(facts.training_cases, 'case')} of its own{_FEEDBACK[facts.feedback]} "
    if facts.is_simulated and not facts.trained:
        return whole + "was prepared; the simulated observers did not go through it."
    if facts.trained == len(facts.answered):
        return whole + "preceded the ratings, and was not analysed."
    return whole + f"was not analysed; {facts.trained} of {counted(len(facts.answered), 'observer')} went through it."


_FEEDBACK = {
    "expected": ", with feedback where an answer turned the scale round,",
    "chosen": ", with feedback where a worse image was chosen over the original,",
    "read back": ", in which each answer was read back in words with what the best one is,",
    "": "",
}


def _sittings(facts: SurveyFacts) -> str:
    if facts.is_simulated:
        asked = f" A break is asked for after {facts.sitting_minutes:g} minutes of a sitting"
        return f"{asked}; simulated observers took none."
    return f" Observers were asked to take a break after {facts.sitting_minutes:g} minutes of a sitting."


def _integrity(facts: SurveyFacts) -> str:
    if not facts.problems:
        return ""
    return f" Its verification FOUND THAT THE SURVEY WAS ALTERED: {'; '.join(facts.problems)}."


def _word(label: str, value: int) -> str:
    return label.removeprefix(f"{value} - ")


def _pairs(analyses: Sequence[Analysis | PairAnalysis]) -> tuple[str, list[str]]:
    text = "Which two images were compared was decided by the choices made so far (greatest expected information)."
    scales = [found(one.bradley_terry) for one in analyses if isinstance(one, PairAnalysis)]
    if not scales or not scales[0]:
        return text, []
    text += f" Choices were scaled by maximum likelihood: {scales[0].test}."
    if not any(isinstance(one, PairAnalysis) and found(one.thurstone) for one in analyses):
        return text, ["BT"]
    return f"{text} Thurstone's case V is given beside it.", ["BT", "Thurstone"]
