"""Pages of HTML that stand alone: no script, no network, pictures within."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape
from importlib import resources

from trainer.drawing import Plot

RESEARCH_USE = "Research use only. Not a medical device; not for diagnosis."


def document(title: str, body: Iterable[str]) -> str:
    """Return a page.

    Parameters
    ----------
    title : str
        Plain text.
    body : iterable of str
        HTML: header, main and so on.
    """
    css = resources.files("trainer").joinpath("page.css").read_text(encoding="utf-8")
    parts = [
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>\n{css}</style>\n</head>\n<body>",
        *body,
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def header(title: str, subtitle: str) -> str:
    """Return the head of a page, which says what it may be used for. Both texts are plain."""
    return (
        f"<header><div><h1>{escape(title)}</h1><p>{escape(subtitle)}</p>"
        f'<span class="research">{RESEARCH_USE} Upscaled pixels are computed, not measured.</span></div></header>'
    )


def shown_plot(plot: Plot) -> str:
    """Return a plot with its title and caption."""
    return (
        f"<h3>{escape(plot.title)}</h3>"
        f'<figure class="plot"><img src="{data_uri(plot.png)}" width="{plot.width}" alt="{escape(plot.title)}">'
        f"<figcaption>{escape(plot.caption)}</figcaption></figure>"
    )


def items(lines: Iterable[str]) -> str:
    """Return list items of plain lines."""
    return "".join(f"<li>{escape(line)}</li>" for line in lines)


def data_uri(png: bytes) -> str:
    """Return a picture as an address."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
