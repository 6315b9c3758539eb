"""What the results window does to a survey's folder, as work for a runner. Nothing here unblinds, but for closing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medsr_viewer.cancel import CancelToken
from medsr_viewer.survey.report.wording import counted
from medsr_viewer.ui.runner import Report, Work

if TYPE_CHECKING:
    from medsr_viewer.survey.audit import Finding
    from medsr_viewer.survey.clock_changes import ClockChange
    from medsr_viewer.survey.latest_report import LatestReport
    from medsr_viewer.survey.status import ObserverStatus
    from medsr_viewer.workflows.survey_close import ClosedSurvey
    from medsr_viewer.workflows.survey_report import SurveyReport

# Imports stand inside: the database's library takes a second to load, and the window must not wait for it.


@dataclass(frozen=True)
class SurveyLook:
    """How a survey stands, told blind.

    Parameters
    ----------
    path : Path
        Its folder.
    title : str
        As observers see it.
    is_closed : bool
        Whether it was unblinded here; another site's closing writes no allocation in this folder.
    is_simulated : bool
        Whether its ratings are a program's.
    observers : tuple of ObserverStatus
        In the order of enrolment.
    contradictions : tuple of str
        Where survey.head contradicts the database, as after a backup was put back: nothing is recorded then.
    clock_changes : tuple of ClockChange
        Where a site's clock was moved back.
    report : LatestReport or None
        Of a closed survey: the report that was made last, and whether it is current.
    """

    path: Path
    title: str
    is_closed: bool
    is_simulated: bool
    observers: tuple[ObserverStatus, ...]
    contradictions: tuple[str, ...] = ()
    clock_changes: tuple[ClockChange, ...] = ()
    report: LatestReport | None = None


def looking(path: Path) -> Work:
    """Return the work of looking how a survey stands: a `SurveyLook`."""

    def work(_token: CancelToken, _report: Report) -> SurveyLook:
        from medsr_viewer.survey.clock_changes import clock_changes
        from medsr_viewer.survey.latest_report import latest_report
        from medsr_viewer.survey.status import status
        from medsr_viewer.workflows.survey_files import open_survey

        with open_survey(path) as survey:
            records = survey.store.records()
            is_closed = any(record.kind == "closed" and record.site == survey.store.site for record in records)
            is_simulated = any(record.kind == "simulated" for record in records)
            observers = tuple(status(records, survey.plan, survey.design))
            contradictions = tuple(survey.store.contradictions())
            title, changes = survey.design.title, clock_changes(records)
            report = latest_report(survey.folder, records) if is_closed else None
            return SurveyLook(path, title, is_closed, is_simulated, observers, contradictions, changes, report)

    return work


def verifying(path: Path) -> Work:
    """Return the work of looking for what was altered: a list of sentences."""

    def work(_token: CancelToken, _report: Report) -> list[str]:
        from medsr_viewer.survey.folder import SurveyFolder, verify_folder

        return verify_folder(SurveyFolder(path))

    return work


def auditing(path: Path, methods: Sequence[str]) -> Work:
    """Return the work of looking for what could tell conditions apart: a list of `Finding`."""

    def work(_token: CancelToken, _report: Report) -> list[Finding]:
        from medsr_viewer.survey.audit import audit
        from medsr_viewer.survey.folder import SurveyFolder

        return audit(SurveyFolder(path), methods=methods)

    return work


def closing(path: Path, passphrase: str) -> Work:
    """Return the work of closing a survey: a `ClosedSurvey`."""

    def work(_token: CancelToken, _report: Report) -> ClosedSurvey:
        from medsr_viewer.workflows.survey_close import close_survey

        return close_survey(path, passphrase)

    return work


def reporting(path: Path, out: Path) -> Work:
    """Return the work of analysing a closed survey: a `SurveyReport`."""

    def work(token: CancelToken, report: Report) -> SurveyReport:
        from medsr_viewer.workflows.survey_report import report_survey

        def tell(line: str) -> None:
            token.check()
            report(f"{line[:1].upper()}{line[1:]}")

        return report_survey(path, out, report=tell)

    return work


def withdrawing(path: Path, observer: ObserverStatus, *, erase: bool) -> Work:
    """Return the work of taking an observer out: a sentence."""
    name, site = observer.observer, observer.site

    def work(_token: CancelToken, _report: Report) -> str:
        from medsr_viewer.survey.withdrawal import withdraw
        from medsr_viewer.workflows.survey_files import open_survey

        with open_survey(path) as survey:
            withdraw(survey.store, name, erase=erase, site=site)
        return f"{name} is out of the analysis{', and the answers are erased' if erase else ''}."

    return work


def accepting(path: Path) -> Work:
    """Return the work of going on with records that were put back from a backup: a sentence."""

    def work(_token: CancelToken, _report: Report) -> str:
        from medsr_viewer.workflows.survey_files import open_survey

        with open_survey(path) as survey:
            survey.store.accept_restored()
        return "The survey goes on with the records as they are; Verify and every report will say so."

    return work


def exporting(path: Path, target: Path) -> Work:
    """Return the work of writing a bundle: a sentence."""

    def work(_token: CancelToken, _report: Report) -> str:
        from medsr_viewer.workflows.survey_bundle import end_in_words, export_bundle

        made = export_bundle(path, target)
        held = f"{target} holds {counted(made.records, 'record')}, no images and no patient data."
        return f"{held} To compare when it is taken in: {end_in_words(made.site, made.end)}."

    return work


def merging(path: Path, bundles: Sequence[Path]) -> Work:
    """Return the work of taking bundles in: a sentence."""

    def work(_token: CancelToken, report: Report) -> str:
        from medsr_viewer.workflows.survey_bundle import end_in_words, merge_bundle, merged_conflicts

        new, told = 0, []
        for bundle in bundles:
            report(f"Taking in {bundle.name}")
            merged = merge_bundle(path, bundle)
            new += merged.new
            told += [f"{bundle.name}: {line}." for line in (*merged.older, end_in_words(merged.site, merged.end))]
        told += [f"Note: {one}." for one in merged_conflicts(path)]
        return " ".join([f"{counted(new, 'new record')}.", *told])

    return work


def copying(path: Path, target: Path) -> Work:
    """Return the work of copying a survey for another site: a sentence."""

    def work(_token: CancelToken, _report: Report) -> str:
        from medsr_viewer.survey.folder import SurveyFolder
        from medsr_viewer.survey.new_folder import copy_for_site

        copy_for_site(SurveyFolder(path), target)
        return f"{target} is the same survey for another site. Export a bundle there, and merge it here."

    return work


MakeWork = Callable[[Path], Work]
"""From a survey's folder to work on it."""
