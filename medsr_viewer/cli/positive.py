"""A whole number from 1, as an argument."""

from __future__ import annotations

import argparse


def positive(text: str) -> int:
    """Return the number; argparse names what is none."""
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return value
