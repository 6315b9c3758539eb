from __future__ import annotations

import pytest

from medsr_viewer.survey.design import Condition
from medsr_viewer.survey.giveaways import names_in, telling_names


@pytest.mark.parametrize(
    ("text", "contained"),
    [
        ("Swift SRGANs against others", ("swift-srgan",)),
        ("SWIFT_SRGAN2", ("swift-srgan",)),
        ("swiftsrgan", ("swift-srgan",)),
        ("the (fmen)", ("fmen",)),
        ("FMEN x4", ("fmen",)),
        ("fmenish", ()),
        ("unfmen", ()),
        ("swift, and srgan-like", ()),
        ("net-2 or NET2", ("net2",)),
        ("net 20", ()),
        ("", ()),
    ],
)
def test_names_are_found_however_they_are_written(text: str, contained: tuple[str, ...]) -> None:
    assert names_in(text, ("swift-srgan", "fmen", "net2")) == contained


def test_names_of_conditions_methods_and_blends_tell_and_the_references_does_not() -> None:
    conditions = [
        Condition("ours", "fmen-gan 40 %"),
        Condition("b", "bicubic"),
        Condition("reference", role="reference"),
        Condition("---"),
    ]
    assert telling_names(conditions) == ("ours", "fmen-gan 40 %", "fmen-gan", "b", "bicubic")
