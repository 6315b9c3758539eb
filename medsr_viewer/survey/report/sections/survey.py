"""How the survey was set up and run, and whether it is whole."""

from __future__ import annotations

from medsr_viewer.survey.report.document import Block, Facts, Paragraph, Section, Table
from medsr_viewer.survey.report.facts import ConditionFact, SurveyFacts
from medsr_viewer.survey.report.methods_text import late_withdrawal_words
from medsr_viewer.survey.report.wording import ABSENT, count, counted, moment, share

_PROTOCOL_WORDS = {
    "acr": "Absolute category rating (ITU-T P.910)",
    "dsis": "Double-stimulus impairment scale (ITU-R BT.500)",
    "queens": "Labelled original beside all conditions, each rated from 1 to 5 (Queen's University)",
    "pairs": "Pair comparison, forced choice (ITU-T P.910)",
    "vgc": "Visual grading characteristics (Båth and Månsson 2007)",
    "roc": "Present or absent, with confidence (receiver operating characteristic)",
}

ORDER_WORDS = {
    "latin": "blocks that hold every case once, conditions balanced over blocks and observers (Latin square)",
    "random": "fully random for each observer",
}
_PAIRS_ORDER = "pairs chosen while rating went on, by the choices made so far; images in random places"


def protocol_words(facts: SurveyFacts) -> str:
    """Return the protocol in words."""
    if facts.protocol == "acr" and any(one.role == "reference" for one in facts.conditions):
        return "Absolute category rating with hidden reference (ITU-T P.910)"
    return _PROTOCOL_WORDS[facts.protocol]


def survey_section(facts: SurveyFacts) -> Section:
    """Return the section on the survey itself."""
    days = facts.began if facts.began == facts.ended else f"{facts.began} to {facts.ended}"
    enrolled = f"{count(len(facts.enrolled))} enrolled, {count(len(facts.answered))} analysed"
    if facts.unfinished:
        enrolled += f" ({count(len(facts.unfinished))} of them did not finish)"
    if facts.withdrawn:
        number_of = len(facts.withdrawn)
        enrolled += f", {count(number_of)} withdrew consent and {'is' if number_of == 1 else 'are'} left out"
    rows = [
        ("Protocol", protocol_words(facts)),
        ("Question", " / ".join(facts.questions)),
        ("Answers", " / ".join(dict.fromkeys(facts.scales)) or "one of two images"),
        ("Observers", enrolled),
        ("Cases", f"{counted(facts.cases, 'case')}, {counted(facts.training_cases, 'training case')} beside them"),
        ("Images", _images(facts)),
        ("Order", _PAIRS_ORDER if facts.protocol == "pairs" else ORDER_WORDS[facts.order]),
        ("Repeats", f"{share(facts.repeat_share)} of the trials" if facts.repeat_share else "none"),
        ("Attention checks", count(facts.attention_checks) + " an observer" if facts.attention_checks else "none"),
        (
            "Sittings",
            f"a break asked for after {facts.sitting_minutes:g} minutes of each; answers"
            f" {'could' if facts.back else 'could not'} be changed",
        ),
        ("Screens", _screens(facts)),
        ("Rated", days or ABSENT),
        ("Sites", count(facts.sites)),
        ("Allocation", _allocation(facts)),
        ("Survey", facts.survey_id or ABSENT),
        ("Program", facts.program),
        *_computation(facts),
    ]
    conditions = Table(
        "Conditions",
        ("Condition", "Role", "Images"),
        tuple((one.name, one.role, one.source) for one in facts.conditions),
        "Observers saw none of these names.",
        text_columns=3,
    )
    blocks = (*_integrity(facts), *_late(facts), Facts(tuple(rows)), conditions)
    return Section("How the survey was run", blocks, is_together=True)


def _screens(facts: SurveyFacts) -> str:
    sizes = (f"{size} in {counted(times, 'sitting')}" for size, times in facts.screens)
    return ", ".join(sizes) or "not recorded"


def _allocation(facts: SurveyFacts) -> str:
    if not facts.commitment:
        return ABSENT
    opened = facts.after_opening.opened
    return f"sealed before the first rating{f', opened {moment(opened)}' if opened else ''}; SHA-256 {facts.commitment}"


def _late(facts: SurveyFacts) -> list[Block]:
    later = facts.after_opening
    told = [late_withdrawal_words(one) for one in later.withdrawals]
    if later.merged:
        told.append(
            f"{counted(later.merged, 'answer')} of other sites came in after the allocation was opened on"
            f" {moment(later.opened)}; by their site's clock {count(later.given)} of them"
            f" {'was' if later.given == 1 else 'were'} given after it."
        )
    told += [f"{change.sentence[0].upper()}{change.sentence[1:]}." for change in facts.clock_changes]
    return [Paragraph(text, "caution") for text in told]


def _images(facts: SurveyFacts) -> str:
    if facts.mode == "test":
        factors = " or ".join(map(str, facts.factors))
        each = ", as the scale of its method is," if len(facts.factors) > 1 else ""
        return f"each case degraded by {factors}{each} and upscaled by every condition; the case is the reference"
    return f"each case upscaled by {facts.scale_factor}; there is no reference"


def _computation(facts: SurveyFacts) -> list[tuple[str, str]]:
    """Return with what the images were computed: what it takes to make the same again."""
    if not facts.computed_by:
        return [("Images made with", "not kept by the version that set the survey up")]
    versions = ", ".join(f"{name} {version}" for name, version in facts.versions)
    devices = ", ".join(dict.fromkeys(device for one in facts.conditions for device in one.devices))
    rows = [("Images made with", f"{facts.computed_by}; {versions}{f'; on {devices}' if devices else ''}")]
    if facts.degradation:
        rows.append(("Degradation", facts.degradation))
    return rows + [
        (f"Weights of {one.name}", f"SHA-256 {' and '.join(one.weights_sha256)}; {_orientations(one)}")
        for one in facts.conditions
        if one.weights_sha256
    ]


def _orientations(condition: ConditionFact) -> str:
    count = condition.orientations
    if count is None:
        return "over how many orientations was not kept by the version that set the survey up"
    return f"the mean over {count} orientations of each image" if count > 1 else "one orientation of each image"


def _integrity(facts: SurveyFacts) -> list[Block]:
    if facts.problems is None:
        return []
    if facts.problems:
        return [Paragraph("The verification found: " + "; ".join(facts.problems) + ".", "caution")]
    return [
        Paragraph(
            "Verified: the chain of records is whole, and design, plan, images and allocation are those that the survey"
            " began with."
        )
    ]
