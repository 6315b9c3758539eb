"""The report as PDF: the same sections as the page, on A4, with what it may be used for at the foot of each."""

from __future__ import annotations

import io
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from medsr_viewer.survey.report.document import (
    Block,
    Document,
    Facts,
    Figure,
    Paragraph,
    Section,
    Table,
    is_text,
    note_of,
)

_REGULAR, _BOLD = "MedsrSans", "MedsrSans-Bold"
_INK, _SOFT, _LINE, _TINT, _WARN = "#1c2430", "#5b6675", "#c9d0d9", "#f1f4f8", "#7a4300"
_MARGIN = 45.0
_FOOT = 50.0
_CELL = 7.2
_MOST_KEPT, _MOST_TEXT = 330.0, 120.0
"""Points: tables and texts that are higher may be split over pages; figures never are."""
_MOST_LED = 480.0
"""Points that a heading asks for, with what stands first below it."""
_PAGE = 690.0
"""Points of a page below a heading."""
_ENDLESS = 1e6


def pdf_bytes(document: Document) -> bytes:
    """Return the PDF."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    _register_fonts()
    file = io.BytesIO()
    template = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_FOOT,
        title=document.title, author="MedSR Viewer", subject=" ".join(document.marks), invariant=1,
    )  # fmt: skip
    width = A4[0] - 2 * _MARGIN - 12  # less the frame's own padding

    def foot(canvas: Any, page: Any) -> None:
        canvas.saveState()
        canvas.setStrokeColor(_LINE)
        canvas.line(_MARGIN + 6, _FOOT - 12, A4[0] - _MARGIN - 6, _FOOT - 12)
        canvas.setFont(_BOLD if len(document.marks) > 1 else _REGULAR, 7)
        canvas.setFillColor("#b3261e" if len(document.marks) > 1 else _SOFT)
        canvas.drawString(_MARGIN + 6, _FOOT - 23, "   ".join(reversed(document.marks)))
        canvas.setFont(_REGULAR, 7)
        canvas.setFillColor(_SOFT)
        canvas.drawRightString(A4[0] - _MARGIN - 6, _FOOT - 23, str(page.page))
        canvas.restoreState()

    template.build(_story(document, width), onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


def _story(document: Document, width: float) -> list[Any]:
    from reportlab.platypus import Spacer

    style = _styles()
    story: list[Any] = [
        _text(document.title, style["title"]),
        _text(document.subtitle, style["subtitle"]),
        _text(" \N{MIDDLE DOT} ".join(document.marks), style["mark"]),
        Spacer(1, 8),
    ]
    for part, sections in groupby(document.sections, key=lambda section: section.part):
        heads = [_text(part, style["part"])] if part else []
        for section in sections:
            story += _section(section, width, heads)
            heads = []
    return story


def _section(section: Section, width: float, heads: list[Any]) -> list[Any]:
    """Return a section, with the heading of its part before it where it is the first."""
    from reportlab.platypus import CondPageBreak

    made = [_block(block, width) for block in section.blocks]
    least = [_least_height(flowables, width) for flowables in made]
    # A heading is not left alone at the foot of a page, nor with the words alone that lead to a table or figure.
    # keepWithNext would do so too, but splits no table.
    leading = next((place for place, block in enumerate(section.blocks) if not isinstance(block, Paragraph)), 0)
    first = min(sum(least[: leading + 1]), _MOST_LED)
    if section.is_together and (whole := sum(_height(flowables, width) for flowables in made)) < _PAGE:
        first = whole
    story = [CondPageBreak(first + 40 * (1 + len(heads))), *heads, _text(section.title, _styles()["heading"])]
    for place, (block, flowables) in enumerate(zip(section.blocks, made, strict=True)):
        leads = isinstance(block, Paragraph) and block.kind != "note"
        story += [CondPageBreak(min(sum(least[place : place + 1 + leads]), _MOST_LED)), *flowables]
    return story


def _least_height(flowables: list[Any], width: float) -> float:
    """Return the height that must be free on a page: all of a figure, the beginning of a long table or text."""
    from reportlab.platypus import Image
    from reportlab.platypus import Paragraph as Flowed

    height = _height(flowables, width)
    is_figure = any(isinstance(each, Image) for each in flowables)
    if is_figure:
        return height
    return min(height, _MOST_TEXT if all(isinstance(each, Flowed) for each in flowables) else _MOST_KEPT)


def _height(flowables: list[Any], width: float) -> float:
    return float(
        sum(each.wrap(width, _ENDLESS)[1] + each.getSpaceBefore() + each.getSpaceAfter() for each in flowables)
    )


def _block(block: Block, width: float) -> list[Any]:
    style = _styles()
    match block:
        case Paragraph():
            return [_text(text, style[block.kind]) for text in block.text.strip().split("\n\n")]
        case Facts():
            return [_facts(block, width)]
        case Table():
            return _table(block, width)
        case Figure():
            return _figure(block, width)


def _table(table: Table, width: float) -> list[Any]:
    from reportlab.platypus import LongTable, TableStyle

    style = _styles()
    widths = _widths(table, width)
    kinds = ["left" if is_text(table, place) else "right" for place in range(len(table.header))]
    header = [_text(cell, style[f"head {kind}"]) for cell, kind in zip(table.header, kinds, strict=True)]
    rows = [[_text(cell, style[f"cell {kind}"]) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows]
    made = LongTable([header, *rows], colWidths=widths, repeatRows=1, hAlign="LEFT")
    made.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), _TINT),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, _SOFT),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *((side, (0, 0), (-1, -1), 4) for side in ("LEFTPADDING", "RIGHTPADDING")),
                *((side, (0, 0), (-1, -1), 2.2) for side in ("TOPPADDING", "BOTTOMPADDING")),
            ]
        )
    )
    below = note_of(table)
    note = [_text(below, style["note"])] if below else []
    return [_text(table.title, style["block"]), made, *note]


def _widths(table: Table, width: float) -> list[float]:
    """Return widths of columns: what the longest cell needs, the widest columns giving way where it is too much."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    def needed(place: int) -> float:
        words = [stringWidth(word, _BOLD, _CELL) for word in table.header[place].split() or [""]]
        head = max(*words, 0.55 * sum(words))  # two lines
        cells = max((stringWidth(row[place], _REGULAR, _CELL) for row in table.rows), default=0.0)
        return float(max(head, cells) + 10)

    wanted = [needed(place) for place in range(len(table.header))]
    limit = width
    while sum(min(each, limit) for each in wanted) > width and limit > 10:
        limit -= 2
    return [min(each, limit) for each in wanted]


def _facts(facts: Facts, width: float) -> Any:
    from reportlab.platypus import Table as Grid
    from reportlab.platypus import TableStyle

    style = _styles()
    rows = [[_text(label, style["label"]), _text(value, style["cell left"])] for label, value in facts.rows]
    made = Grid(rows, colWidths=[0.27 * width, 0.73 * width], hAlign="LEFT")
    made.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, _LINE),
                ("LINEABOVE", (0, 0), (-1, 0), 0.3, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                *((side, (0, 0), (-1, -1), 2.5) for side in ("TOPPADDING", "BOTTOMPADDING")),
            ]
        )
    )
    return made


def _figure(figure: Figure, width: float) -> list[Any]:
    from reportlab.platypus import Image

    style = _styles()
    shown = min(width, figure.width * 72)
    picture = Image(io.BytesIO(figure.png), width=shown, height=shown * figure.height / figure.width, hAlign="LEFT")
    return [_text(figure.title, style["block"]), picture, _text(figure.caption, style["note"])]


def _text(text: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph as Flowed

    return Flowed(escape(text, quote=False).replace("\n", "<br/>"), style)


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    def style(size: float, **options: Any) -> Any:
        plain: dict[str, Any] = {
            "fontName": _REGULAR, "fontSize": size, "leading": size * 1.42, "textColor": _INK, "splitLongWords": 1,
            "allowWidows": 0,
        }  # fmt: skip
        return ParagraphStyle(f"s{size}", **plain | options)

    note = {"textColor": _SOFT, "spaceBefore": 3, "spaceAfter": 5}
    boxed = {"backColor": "#fff6e8", "borderColor": "#f0d3a2", "borderWidth": 0.6, "borderPadding": 5}
    return {
        "title": style(18, fontName=_BOLD, leading=23, spaceAfter=4),
        "subtitle": style(9, textColor=_SOFT, spaceAfter=3),
        "mark": style(8.5, fontName=_BOLD, textColor="#b3261e"),
        "part": style(13, fontName=_BOLD, textColor="#0b5cad", spaceBefore=16, spaceAfter=4),
        "heading": style(13, fontName=_BOLD, spaceBefore=15, spaceAfter=5),
        "block": style(9, fontName=_BOLD, spaceBefore=9, spaceAfter=4),
        "plain": style(8.0, spaceAfter=5),
        "lead": style(9.6, spaceAfter=6),
        "note": style(7.2, **note),
        "caution": style(8.6, textColor=_WARN, spaceBefore=8, spaceAfter=9, leftIndent=5, rightIndent=5, **boxed),
        "label": style(7.8, textColor=_SOFT),
        "cell left": style(_CELL, leading=9.4),
        "cell right": style(_CELL, leading=9.4, alignment=2),
        "head left": style(_CELL, leading=9.4, fontName=_BOLD),
        "head right": style(_CELL, leading=9.4, fontName=_BOLD, alignment=2),
    }


@cache
def _register_fonts() -> None:
    """Make the fonts known that come with matplotlib: reportlab's own have no Greek, Cyrillic or Polish letters."""
    from matplotlib import get_data_path
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(get_data_path()) / "fonts" / "ttf"
    registerFont(TTFont(_REGULAR, str(folder / "DejaVuSans.ttf")))
    registerFont(TTFont(_BOLD, str(folder / "DejaVuSans-Bold.ttf")))
