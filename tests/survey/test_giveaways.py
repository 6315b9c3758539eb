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
        ("FMEN \u0130 \u017fwift\u017fr\u0261an \u017fWift-\u017frgan", ("swift-srgan", "fmen")),
        ("", ()),
    ],
)
def test_names_are_found_however_they_are_written(text: str, contained: tuple[str, ...]) -> None:
    assert names_in(text, ("swift-srgan", "fmen", "net2")) == contained


@pytest.mark.parametrize("text", ["B\u0130CUB\u0130C", "b\u0131cub\u0131c", "BiCuBIC"])
def test_names_are_found_with_turkish_letters(text: str) -> None:
    assert names_in(text, ("bicubic", "B\u0130CUBIC")) == ("bicubic", "B\u0130CUBIC")


def test_names_of_conditions_methods_and_blends_tell_and_the_references_does_not() -> None:
    conditions = [
        Condition("ours", "fmen-gan 40 %"),
        Condition("b", "bicubic"),
        Condition("reference", role="reference"),
        Condition("---"),
    ]
    assert telling_names(conditions) == ("ours", "fmen-gan 40 %", "fmen-gan", "b", "bicubic")
