"""10,000 ratings: a closed survey opened, analysed and reported. The bar is 10 seconds on two cores of a server CPU.

Run with ``pytest tests/benchmarks/test_survey_report.py --benchmark-enable -s``. Times are printed, not asserted. Where
other work shares the cores the processor's time says more than the clock's.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.survey.design import Arrangement, Case, Condition, Design, Question
from medsr_viewer.survey.plan import Allocation, Meaning
from medsr_viewer.survey.report.facts import survey_facts
from medsr_viewer.survey.report.writing import write_report
from medsr_viewer.survey.simulation.marks import rating_cubes
from medsr_viewer.survey.simulation.truth import population_with
from medsr_viewer.survey.store import create_store, open_store
from medsr_viewer.survey.whole_analysis import analyse_survey

MOS = {"reference": 4.6, "bicubic": 2.3, "fmen": 3.6, "srgan": 3.2}


@pytest.mark.parametrize(("observers", "cases"), [(50, 50), (100, 25), (25, 100)])
def test_report_of_10000_ratings(observers: int, cases: int, tmp_path: Path, capsys) -> None:
    design = Design(
        "Benchmark",
        "acr",
        4,
        tuple(Case(f"case{number:03d}", Path(f"{number}.dcm")) for number in range(cases)),
        tuple(Condition(name, name, role="reference" if name == "reference" else "test") for name in MOS),
        (Question("quality", "How good is the quality of this image?", "acr"),),
        arrangement=Arrangement(observers=observers),
    )
    meanings = {f"{c}-{name}": Meaning(f"case{c:03d}", name) for c in range(cases) for name in MOS}
    url = f"sqlite:///{tmp_path / 'survey.sqlite'}"
    _rate(url, observers, cases, meanings)
    steps = [(time.perf_counter(), time.process_time())]
    with open_store(url, "0" * 32) as store:
        records = store.records()
    steps.append((time.perf_counter(), time.process_time()))
    analyses = analyse_survey(records, Allocation("00" * 32, 1, meanings, {}, {}), design)
    steps.append((time.perf_counter(), time.process_time()))
    write_report(tmp_path / "out", analyses, survey_facts(design, records))
    steps.append((time.perf_counter(), time.process_time()))
    assert analyses[0].n == observers * cases * len(MOS) == 10_000
    clock, processor = np.diff(np.array(steps), axis=0).T
    with capsys.disabled():
        print(f"\n{observers} observers x {cases} cases x {len(MOS)} conditions, seconds by the clock (processor):")
        for name, wall, cpu in zip(("open", "analyse", "report"), clock, processor, strict=True):
            print(f"  {name:8s}{wall:6.2f} ({cpu:.2f})")
        print(f"  {'all':8s}{clock.sum():6.2f} ({processor.sum():.2f})")


def _rate(url: str, observers: int, cases: int, meanings: dict[str, Meaning]) -> None:
    rng = np.random.default_rng(0)
    cube = rating_cubes(population_with(MOS, rankers=0.05), 1, observers, cases, rng)[0]
    entries = []
    for observer in range(observers):
        name = f"S{observer:03d}"
        entries.append(("observer", {"observer": name, "slot": observer}, "", name))
        for place, (stimulus, _) in enumerate(meanings.items()):
            value = int(cube[observer, place // len(MOS), place % len(MOS)])
            payload = {
                "observer": name, "slot": observer, "trial": f"t{place}", "revision": 0, "seconds": 4.0, "log": {},
                "answers": [{"stimulus": stimulus, "question": "quality", "value": value}],
            }  # fmt: skip
            entries.append(("rating", payload, "", f"{name}/t{place}/0"))
    with create_store(url, "0" * 32) as store:
        store.append_all(entries)
