"""Designs to draw allocations from, and stimuli without pixels."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from medsr_viewer.survey.design import Arrangement, Case, Condition, Design, Protocol
from medsr_viewer.survey.plan import Stimulus
from medsr_viewer.survey.protocols import complete, required_stimuli

NONCE = "5a" * 32


def new_design(
    cases: int = 6, conditions: int = 3, *, protocol: Protocol = "acr", training: int = 0, **arrangement: Any
) -> Design:
    """Return a valid design of cases c0, c1 … and conditions m0, m1 …, without a hidden reference."""
    main = [Case(f"c{i}", Path(f"/data/c{i}.dcm"), finding=("present", "absent")[i % 2]) for i in range(cases)]
    trained = [Case(f"t{i}", Path(f"/data/t{i}.dcm"), training=True) for i in range(training)]
    return Design(
        title="Sharpness of chest images",
        protocol=protocol,
        scale_factor=4,
        cases=(*main, *trained),
        conditions=tuple(Condition(f"m{i}", method=f"way{i}") for i in range(conditions)),
        questions=(),
        arrangement=Arrangement(**{"seed": 1, **arrangement}),
        hidden_reference=False,
    )


def new_stimulus() -> Stimulus:
    return Stimulus(secrets.token_hex(16), secrets.token_hex(32), (8, 8), (40.0, 400.0))


def stimuli_of(design: Design) -> dict[tuple[str, str], Stimulus]:
    return {key: new_stimulus() for key in required_stimuli(complete(design))}
