"""The report as one page that stands alone: no script, no link to elsewhere, pictures within."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from importlib import resources
from itertools import groupby

from medsr_viewer.survey.report.document import (
    RESEARCH_USE,
    Block,
    Document,
    Facts,
    Figure,
    Paragraph,
    Table,
    is_text,
    note_of,
)

_CSS_DPI = 96


def html_page(document: Document) -> str:
    """Return the page."""
    css = resources.files("medsr_viewer.survey.report").joinpath("page.css").read_text(encoding="utf-8")
    head = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n<title>{escape(document.title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        f"<style>\n{css}</style>\n</head>\n<body>"
    )
    return "\n".join([head, *_body(document), "</body>\n</html>\n"])


def _body(document: Document) -> Iterator[str]:
    others = [mark for mark in document.marks if mark != RESEARCH_USE]
    for mark in others:
        yield f'<div class="band">{escape(mark)}</div>'
    marks = "".join(
        f'<span class="mark{"" if mark == RESEARCH_USE else " simulated"}">{escape(mark)}</span>'
        for mark in document.marks
    )
    yield f"<header><div><h1>{escape(document.title)}</h1><p>{escape(document.subtitle)}</p>{marks}</div></header>"
    yield "<main>"
    yield _contents(document)
    place = 0
    for part, sections in groupby(document.sections, key=lambda section: section.part):
        if part:
            yield f'<h2 class="part">{escape(part)}</h2>'
        for section in sections:
            place += 1
            yield f'<section id="s{place}"><h2>{escape(section.title)}</h2>'
            yield from (_block(block) for block in section.blocks)
            yield "</section>"
    yield f"</main>\n<footer><div>{escape(' '.join(document.marks))}</div></footer>"


def _contents(document: Document) -> str:
    lines, part = [], ""
    for place, section in enumerate(document.sections, 1):
        if section.part != part and section.part:
            lines.append(f"<strong>{escape(section.part)}</strong>")
        part = section.part
        lines.append(f'<a href="#s{place}">{escape(section.title)}</a>')
    return f"<nav>{''.join(lines)}</nav>"


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            kind = "" if block.kind == "plain" else f' class="{block.kind}"'
            return "".join(f"<p{kind}>{_lines(text)}</p>" for text in block.text.strip().split("\n\n"))
        case Facts():
            rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in block.rows)
            return f"<dl>{rows}</dl>"
        case Table():
            return _table(block)
        case Figure():
            return _figure(block)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br/>")


def _table(table: Table) -> str:
    text = [is_text(table, place) for place in range(len(table.header))]

    def row(cells: tuple[str, ...], tag: str) -> str:
        starts = (f'<{tag} class="text">' if prose else f"<{tag}>" for prose in text)
        return "".join(f"{start}{escape(cell)}</{tag}>" for start, cell in zip(starts, cells, strict=True))

    body = "".join(f"<tr>{row(cells, 'td')}</tr>\n" for cells in table.rows)
    below = note_of(table)
    note = f'<p class="note">{escape(below)}</p>' if below else ""
    return (
        f'<h3>{escape(table.title)}</h3><div class="scroll"><table><thead><tr>{row(table.header, "th")}</tr></thead>'
        f"<tbody>\n{body}</tbody></table></div>{note}"
    )


def _figure(figure: Figure) -> str:
    picture = base64.b64encode(figure.png).decode("ascii")
    return (
        f'<h3>{escape(figure.title)}</h3><figure><img src="data:image/png;base64,{picture}"'
        f' width="{round(figure.width * _CSS_DPI * 1.15)}" alt="{escape(figure.title)}"/>'
        f"<figcaption>{escape(figure.caption)}</figcaption></figure>"
    )
