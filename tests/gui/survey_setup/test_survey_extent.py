"""What the summary says of a survey is what `allocate` makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.design import Arrangement, Case, Condition, Design, Protocol, Question, Sitting
from medsr_viewer.survey.plan import Stimulus
from medsr_viewer.survey.protocols import complete, required_stimuli
from medsr_viewer.ui.survey_setup.extent import disk_bytes, extent_of, in_units

CASES = tuple(Case(f"c{number}", Path(f"/c{number}.png"), finding="present") for number in range(5))
TRAINING = (Case("t0", Path("/t0.png"), training=True),)
CONDITIONS = tuple(Condition(name, method=name) for name in ("nearest", "bicubic", "lanczos"))


def design_of(protocol: Protocol, **changes: object) -> Design:
    values = {"cases": (*CASES, *TRAINING), "arrangement": Arrangement(observers=3), **changes}
    return Design("A study", protocol, 4, conditions=CONDITIONS, questions=(), **values)  # type: ignore[arg-type]


DESIGNS = [
    *(design_of(protocol) for protocol in ("acr", "dsis", "queens", "pairs", "vgc", "roc")),
    design_of("acr", hidden_reference=False),
    design_of("acr", cases=CASES),
    design_of("acr", mode="enhance"),
    design_of("acr", arrangement=Arrangement(observers=3, repeat_share=0.21, attention_checks=2)),
    design_of("queens", arrangement=Arrangement(observers=3, repeat_share=0.01, cases_per_observer=3)),
    design_of("acr", arrangement=Arrangement(observers=3, cases_per_observer=2, order="random")),
]


@pytest.mark.parametrize("design", DESIGNS, ids=range(len(DESIGNS)))
def test_counts_are_those_of_the_allocation(design: Design) -> None:
    whole = complete(design)
    stimuli = {key: Stimulus(f"{n:032x}", "", (8, 8), (0.0, 1.0)) for n, key in enumerate(required_stimuli(whole))}
    checks = [(Stimulus(f"{99 + value:032x}", "", (8, 8), (0.0, 1.0)), value) for value in range(1, 6)]
    plan, _ = allocate(whole, stimuli, checks if design.arrangement.attention_checks else [])
    extent = extent_of(design)
    assert extent.stimuli == len(plan.stimuli)
    assert extent.training == len(plan.training)
    if plan.groups:
        assert extent.trials == sum(map(len, plan.groups))
    else:
        assert {extent.trials} == {len(sequence) for sequence in plan.sequences}
        rated = plan.sequences[0] + plan.training
        assert extent.answers == sum(len(trial.rated) for trial in rated)


def test_minutes_count_every_question_and_the_breaks() -> None:
    one = extent_of(design_of("vgc", cases=CASES))
    assert one.minutes == pytest.approx(15 * 7 / 60)
    questions = tuple(Question(f"q{number}", "?") for number in range(4))
    short = Design("A study", "vgc", 4, CASES, CONDITIONS, questions, sitting=Sitting(minutes=3, break_minutes=5))
    four = extent_of(short)
    assert four.breaks == 2
    assert four.minutes == pytest.approx(4 * 15 * 7 / 60 + 10)


def test_disk_space_counts_regions_and_growth() -> None:
    sizes = {case.path: (100, 50) for case in (*CASES, *TRAINING)}
    assert disk_bytes(design_of("acr"), sizes) == 6 * 4 * 100 * 50 * 4
    assert disk_bytes(design_of("acr", mode="enhance"), sizes) == 6 * 3 * 100 * 50 * 16 * 4
    part = Case("part", Path("/elsewhere.png"), region=(0, 0, 10, 20))
    assert disk_bytes(design_of("acr", cases=(part,)), {}) == 4 * 10 * 20 * 4
    assert disk_bytes(design_of("acr"), {}) is None
    assert [in_units(count) for count in (10, 5_510_000, 2_340_000_000)] == ["0.1 MB", "5.51 MB", "2.3 GB"]
