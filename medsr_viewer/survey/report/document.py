"""What a report says, before it is a page or a PDF: sections of paragraphs, tables and figures, all of plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medsr_viewer.survey.report.wording import ABSENT

RESEARCH_USE = "Research use only. Not a medical device; not for diagnosis."
SIMULATED = "SIMULATED OBSERVERS - not data"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Parameters
    ----------
    text : str
        Plain.
    kind : {"plain", "note", "caution", "lead"}
        A note explains a figure; a caution must not be missed; the lead is what a reader takes away.
    """

    text: str
    kind: Literal["plain", "note", "caution", "lead"] = "plain"


@dataclass(frozen=True)
class Facts:
    """Short facts, one a line: (label, value)."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table.

    Parameters
    ----------
    title : str
        Stands above it.
    header : tuple of str
        Names of the columns.
    rows : tuple of tuple of str
        Cells; as many as the header has.
    note : str
        Which test, n and assumptions; stands below it.
    text_columns : int
        So many first columns hold text, the others numbers.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    text_columns: int = 1


def note_of(table: Table) -> str:
    """Return what stands below a table: its note, and what a dash in it means."""
    dash = any(ABSENT in re.split(r"[ ,()]+", cell) for row in table.rows for cell in row)
    return f"{table.note} {_DASH}".strip() if dash else table.note


_DASH = f"{ABSENT} there are too few ratings for this figure, or it is not defined since nothing varies."


def is_text(table: Table, place: int) -> bool:
    """Return whether a column holds text, which stands at the left, or numbers."""
    return place < table.text_columns or any(len(row[place]) > 30 for row in table.rows)


@dataclass(frozen=True)
class Figure:
    """A picture.

    Parameters
    ----------
    name : str
        Of its file.
    title, caption : str
        Stand above and below it.
    png : bytes
        The picture.
    width, height : float
        Inches.
    """

    name: str
    title: str
    caption: str
    png: bytes
    width: float
    height: float


Block: TypeAlias = Paragraph | Facts | Table | Figure


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Parameters
    ----------
    title : str
        Its heading.
    blocks : tuple of Block
        In order.
    part : str
        What it belongs to where a survey asks several questions; "" elsewhere.
    is_together : bool
        Whether it begins on a new page of a PDF where it would not fit on what is left of one.
    """

    title: str
    blocks: tuple[Block, ...]
    part: str = ""
    is_together: bool = False


@dataclass(frozen=True)
class Document:
    """A whole report.

    Parameters
    ----------
    title, subtitle : str
        Its head.
    marks : tuple of str
        What every page says: `RESEARCH_USE`, and `SIMULATED` where it is so.
    sections : tuple of Section
        In order.
    """

    title: str
    subtitle: str
    marks: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in order."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Figure))


def figure_mark(*, is_simulated: bool) -> str:
    """Return what every figure says: it is copied out of the report."""
    return f"{SIMULATED} \N{MIDDLE DOT} Research use only" if is_simulated else "Research use only"


def marks_of(*, is_simulated: bool) -> tuple[str, ...]:
    """Return what every page and file says."""
    return (RESEARCH_USE, SIMULATED) if is_simulated else (RESEARCH_USE,)
