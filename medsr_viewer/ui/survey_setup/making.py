"""The work of making a survey: whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.survey.design import Design
from medsr_viewer.ui.runner import Report, Work
from medsr_viewer.whole_files import write_whole

if TYPE_CHECKING:
    from medsr_viewer.workflows.survey_new import NewSurvey

_OWNER_ALONE = 0o600


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Parameters
    ----------
    folder : Path
        New, or empty.
    design : Design
        Valid.
    passphrase : str
        Seals the allocation.
    store_url : str
        See `create_survey`.
    device : str
        See `UpscalingRequest`.
    kept : Path or None
        File that the passphrase is kept in; outside of the folder.
    """

    folder: Path
    design: Design
    passphrase: str
    store_url: str = ""
    device: str = "auto"
    kept: Path | None = None


@dataclass(frozen=True)
class Step:
    """What is done now, how many steps are behind, and of how many."""

    text: str
    done: int
    total: int


def making(order: Order) -> Work:
    """Return the work of making a survey; it reports a `Step` each, and returns a `NewSurvey`."""

    def work(token: CancelToken, report: Report) -> NewSurvey:
        from medsr_viewer.workflows.survey_new import create_survey, discard_survey  # here: it takes a second to load

        behind = 0

        def tell(line: str) -> None:
            nonlocal behind
            token.check()
            report(Step(f"{line[:1].upper()}{line[1:]}", behind, len(order.design.cases) + 1))
            behind += 1

        with _passphrase_kept(order):
            made = create_survey(
                order.folder,
                order.design,
                order.passphrase,
                store_url=order.store_url,
                device=order.device,
                report=tell,
                token=token,
            )
            # In the last moment: nobody was told of this survey. One that has its records on a server stands.
            if token.is_cancelled and not order.store_url:
                discard_survey(made.folder)
                raise Cancelled
        return made

    return work


@contextmanager
def _passphrase_kept(order: Order) -> Iterator[None]:
    """Keep the passphrase before there is anything that it opens, and remove it again where nothing comes of that."""
    if order.kept is None:
        yield
        return
    write_whole(order.kept, f"{order.passphrase}\n", mode=_OWNER_ALONE)
    try:
        yield
    except BaseException:
        order.kept.unlink(missing_ok=True)
        raise
