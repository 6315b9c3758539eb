"""What a report says of a survey beside its ratings: how it was set up, who rated it, whether it is whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from medsr_viewer import __version__
from medsr_viewer.survey.after_opening import AfterOpening, after_opening
from medsr_viewer.survey.analysis_input import observer_labels
from medsr_viewer.survey.clock_changes import ClockChange, clock_changes
from medsr_viewer.survey.design import Condition, Design, Mode, Order, Protocol, Question, Role
from medsr_viewer.survey.plan import Computation
from medsr_viewer.survey.protocols import PROTOCOLS
from medsr_viewer.survey.records import Payload, Record
from medsr_viewer.survey.scales import scale_of

TrainingFeedback: TypeAlias = Literal["expected", "chosen", "read back", ""]


@dataclass(frozen=True)
class ConditionFact:
    """A condition.

    Parameters
    ----------
    name, role
        As in the design.
    source : str
        In words, where its images come from.
    method : str
        "" where there is none.
    scale_factor : int or None
        Of the method.
    weights_sha256 : tuple of str or None
        Of the files of the method's weights; None: not kept, as in surveys of older versions.
    devices : tuple of str
        That computed its images.
    orientations : int or None
        See `Origin`.
    """

    name: str
    role: Role
    source: str
    method: str = ""
    scale_factor: int | None = None
    weights_sha256: tuple[str, ...] | None = None
    devices: tuple[str, ...] = ()
    orientations: int | None = None


@dataclass(frozen=True)
class SurveyFacts:
    """Facts of a survey; no paths, no people's names but pseudonyms.

    Parameters
    ----------
    survey_id, title, protocol, mode, scale_factor, order, repeat_share, sitting_minutes, back
        As in the design and the first record.
    conditions : tuple of ConditionFact
        In the design's order, the hidden reference included.
    questions, scales : tuple of str
        As observers read them, and what they could answer, the best first; of pairs no scale.
    cases, training_cases, attention_checks : int
        How many.
    enrolled, answered, withdrawn : tuple of str
        Pseudonyms; answered: who gave a main answer and did not withdraw.
    unfinished : tuple of str
        Of those who answered: who did not come to the end.
    rating_sites : int
        Sites at which those who answered did.
    sites : int
        Databases that the records come from.
    screens : dict of str to int
        Sittings by size of the screen.
    began, ended : str
        Days of the first and of the last answer, ISO-8601; "" without answers.
    commitment : str
        SHA-256 of the sealed allocation.
    after_opening : AfterOpening
        What happened after the allocation was opened; observers as in `withdrawn`.
    clock_changes : tuple of ClockChange
        Where a site's clock was moved back while the survey ran.
    is_simulated : bool
        Whether simulated observers rated it.
    is_published : bool
        Whether it is the simulated example of the published survey.
    trained : int
        How many of those who answered went through the training phase.
    feedback : {"expected", "chosen", "read back", ""}
        What followed an answer of the training phase: where it turned the scale round, or was the worse of two images,
        it was told and asked for again; it was read back; or nothing.
    problems : tuple of str or None
        What the verification found; None: not verified.
    program : str
        Name and version, of what wrote the report.
    computed_by, degradation : str
        Name and version of the program that computed the images, and the kernel by which it degraded the cases; "" of
        surveys of older versions.
    versions : tuple of (str, str)
        Of Python and the libraries that computed them.
    """

    survey_id: str
    title: str
    protocol: Protocol
    mode: Mode
    scale_factor: int
    conditions: tuple[ConditionFact, ...]
    questions: tuple[str, ...]
    cases: int
    scales: tuple[str, ...] = ()
    training_cases: int = 0
    attention_checks: int = 0
    order: Order = "latin"
    repeat_share: float = 0.0
    sitting_minutes: float = 30.0
    back: bool = False
    enrolled: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    rating_sites: int = 1
    sites: int = 1
    screens: tuple[tuple[str, int], ...] = ()
    began: str = ""
    ended: str = ""
    commitment: str = ""
    after_opening: AfterOpening = AfterOpening()  # noqa: RUF009 - frozen
    clock_changes: tuple[ClockChange, ...] = ()
    is_simulated: bool = False
    is_published: bool = False
    trained: int = 0
    feedback: TrainingFeedback = ""
    problems: tuple[str, ...] | None = None
    program: str = f"MedSR Viewer {__version__}"
    computed_by: str = ""
    degradation: str = ""
    versions: tuple[tuple[str, str], ...] = ()

    @property
    def factors(self) -> tuple[int, ...]:
        """The scale factors of its methods, ascending."""
        found = {one.scale_factor for one in self.conditions if one.scale_factor}
        return tuple(sorted(found or {self.scale_factor}))

    def named(self, condition: ConditionFact) -> str:
        """Return a condition's name, with its scale where there are several."""
        has_several = len(self.factors) > 1 and condition.scale_factor
        return f"{condition.name} (x{condition.scale_factor})" if has_several else condition.name


def survey_facts(
    design: Design,
    records: Sequence[Record],
    *,
    problems: Sequence[str] | None = None,
    computation: Computation | None = None,
) -> SurveyFacts:
    """Return the facts of a survey.

    Parameters
    ----------
    design : Design
        Complete.
    records : sequence of Record
        All of them, in order.
    problems : sequence of str, optional
        What the verification found; left out where it was not made.
    computation : Computation, optional
        How the images were computed, of the unsealed allocation.
    """
    created: Payload = next((record.payload for record in records if record.kind == "created" and record.payload), {})
    of_kind = {kind: _observers(records, kind) for kind in ("observer", "withdrawn", "rating", "pair", "finished")}
    gone = of_kind["withdrawn"]
    answered = [one for one in of_kind["rating"] | of_kind["pair"] if one not in gone]
    labels = observer_labels(one for observers in of_kind.values() for one in observers)
    answers = sorted(record.time for record in records if record.kind in {"rating", "pair"})
    return SurveyFacts(
        survey_id=str(created.get("survey_id", "")),
        title=design.title,
        protocol=design.protocol,
        mode=design.mode,
        scale_factor=design.scale_factor,
        conditions=tuple(_condition(design, one, computation) for one in design.conditions),
        questions=tuple(question.text for question in design.questions),
        scales=tuple(_scale_words(one) for one in design.questions if PROTOCOLS[design.protocol].scales),
        cases=len(design.main_cases),
        training_cases=len(design.training_cases),
        attention_checks=design.arrangement.attention_checks,
        order=design.arrangement.order,
        repeat_share=design.arrangement.repeat_share,
        sitting_minutes=design.sitting.minutes,
        back=design.sitting.back,
        enrolled=tuple(labels[one] for one in of_kind["observer"]),
        answered=tuple(labels[one] for one in answered),
        withdrawn=tuple(labels[one] for one in gone),
        unfinished=tuple(labels[one] for one in answered if one not in of_kind["finished"]),
        rating_sites=len({site for site, _ in answered}) or 1,
        sites=len({record.site for record in records}) or 1,
        screens=_screens(records),
        began=answers[0][:10] if answers else "",
        ended=answers[-1][:10] if answers else "",
        commitment=str(created.get("commitment", "")),
        after_opening=_named(after_opening(records), labels),
        clock_changes=clock_changes(records),
        is_simulated=any(record.kind == "simulated" for record in records),
        is_published=any(record.kind == "simulated" and (record.payload or {}).get("published") for record in records),
        trained=len(
            _observers(records, "training").keys() & (of_kind["rating"] | of_kind["pair"]).keys() - gone.keys()
        ),
        feedback=_training_feedback(design),
        problems=None if problems is None else tuple(problems),
        computed_by=computation.program if computation else "",
        degradation=computation.degradation if computation else "",
        versions=tuple(computation.versions.items()) if computation else (),
    )


def _training_feedback(design: Design) -> TrainingFeedback:
    """Return what follows an answer of the training phase: see `training_trials` for what is expected of it."""
    roles = {condition.role for condition in design.conditions}
    if not design.training_cases:
        return ""
    match design.protocol:
        case "vgc":
            return "read back"
        case "pairs":
            return "chosen" if "reference" in roles else ""
        case "roc":
            return "expected" if any(case.finding for case in design.training_cases) else ""
        case _:
            return "expected" if PROTOCOLS[design.protocol].labelled or roles - {"test"} else ""


def _named(later: AfterOpening, labels: Mapping[tuple[str, str], str]) -> AfterOpening:
    """Return the same with its observers as the report calls them."""
    named = (replace(one, observer=labels[one.site, one.observer]) for one in later.withdrawals)
    return replace(later, withdrawals=tuple(named))


def _observers(records: Sequence[Record], kind: str) -> dict[tuple[str, str], None]:
    """Return (site, pseudonym) in order of their first record of a kind."""
    return dict.fromkeys(
        (record.site, str(record.payload["observer"]))
        for record in records
        if record.kind == kind and record.payload and "observer" in record.payload
    )


def _screens(records: Sequence[Record]) -> tuple[tuple[str, int], ...]:
    sizes: Counter[str] = Counter()
    for record in records:
        facts = (record.payload or {}).get("facts", record.payload or {})
        if record.kind == "screen" and isinstance(facts, dict) and {"width", "height"} <= set(facts):
            sizes[f"{facts['width']} x {facts['height']}"] += 1
    return tuple(sizes.most_common())


def _condition(design: Design, condition: Condition, computation: Computation | None) -> ConditionFact:
    origin = computation.conditions.get(condition.name) if computation else None
    return ConditionFact(
        condition.name,
        condition.role,
        _source(design, condition),
        method=condition.method,
        scale_factor=design.factor_of(condition) if condition.method else None,
        weights_sha256=origin.weights_sha256 if origin else None,
        devices=origin.devices if origin else (),
        orientations=origin.orientations if origin else None,
    )


def _source(design: Design, condition: Condition) -> str:
    if condition.images is not None:
        return "enhanced elsewhere"
    return f"method {condition.method}, x{design.factor_of(condition)}" if condition.method else "the undegraded image"


def _scale_words(question: Question) -> str:
    scale = scale_of(question)
    return ", ".join(scale.numbered(value) for value in reversed(scale.values))
