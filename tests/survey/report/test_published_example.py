"""The published survey's case, simulated: 68 observers, three methods, its mean opinion scores."""

from __future__ import annotations

from medsr_viewer.survey.analysis import recommended
from medsr_viewer.survey.report.document import SIMULATED
from medsr_viewer.survey.report.example import PUBLISHED_MOS, PUBLISHED_OBSERVERS, published_example
from medsr_viewer.survey.report.methods_text import methods_text
from medsr_viewer.survey.report.writing import report_files


def test_the_published_scores_lie_within_the_intervals() -> None:
    analysis, facts = published_example()
    assert len(analysis.table.observers) == PUBLISHED_OBSERVERS == 68
    for score in analysis.scores:
        assert score.ci95.low <= PUBLISHED_MOS[score.name] <= score.ci95.high
        assert score.ci95.high - score.ci95.low < 0.8
    assert [score.name for score in sorted(analysis.scores, key=lambda one: -one.mean)] == [
        "srresnet",
        "srgan",
        "bicubic",
    ]
    # What the published survey could only suspect: some ranked instead of rating.
    assert 1 <= len(recommended(analysis)) <= 16
    files = report_files([analysis], facts)
    assert SIMULATED in files["report.html"]
    assert len(files["report.pdf"]) < 600_000
    assert "68 observers" in methods_text([analysis], facts)
    assert "2,040" not in files["methods.txt"]
    assert f"{68 * 20 * 3:,} ratings" in files["methods.txt"]
