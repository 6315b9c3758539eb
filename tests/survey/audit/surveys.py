"""Small surveys with real upscalings of synthetic anatomy, sound but for what a test alters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from medsr_viewer.imaging.degrade import degrade
from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.attention import ATTENTION_WINDOW, attention_picture
from medsr_viewer.survey.audit import Finding, audit
from medsr_viewer.survey.design import Arrangement, Case, Condition, Design, Protocol
from medsr_viewer.survey.design_file import survey_texts
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.new_folder import new_folder
from medsr_viewer.survey.plan import Allocation, Plan, Stimulus
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.protocols import complete, required_stimuli
from medsr_viewer.survey.sealing import seal

WINDOW = (40.0, 400.0)
SIDE = 320
SPACING = (0.7, 0.7)
PASSPHRASE = "correct horse"  # noqa: S105
KERNELS = {"bicubic": "bicubic", "swift-srgan": "lanczos", "nearest": "nearest"}
Alter = Callable[[str, str, FloatArray], FloatArray]
AlterPlan = Callable[[Plan, Allocation], Plan]


@dataclass(frozen=True)
class Survey:
    folder: SurveyFolder
    design: Design
    plan: Plan
    allocation: Allocation

    def audit(self, **more: Any) -> list[Finding]:
        """Audit without this machine's own logs and settings."""
        elsewhere = self.folder.path.parent
        return audit(
            self.folder, **{"log_folder": elsewhere / "logs", "settings_file": elsewhere / "settings.ini", **more}
        )

    def stimuli(self, condition: str) -> list[str]:
        return [name for name, meaning in self.allocation.meanings.items() if meaning.condition == condition]


def new_design(protocol: Protocol = "acr", *, cases: int = 4, training: int = 1, **arrangement: Any) -> Design:
    named = [
        Case(f"patient-{i}", Path(f"/data/patient-{i}.dcm"), finding=("present", "absent")[i % 2]) for i in range(cases)
    ]
    named += [
        Case(f"trainee-{i}", Path(f"/data/trainee-{i}.dcm"), training=True, finding="present") for i in range(training)
    ]
    return complete(
        Design(
            title="Sharpness of chest images",
            protocol=protocol,
            scale_factor=4,
            cases=tuple(named),
            conditions=tuple(Condition(name, method=name) for name in KERNELS),
            questions=(),
            arrangement=Arrangement(**{"seed": 1, "observers": 12, **arrangement}),
        )
    )


def new_survey(
    path: Path,
    protocol: Protocol = "acr",
    *,
    alter: Alter | None = None,
    alter_plan: AlterPlan | None = None,
    design_of: Callable[[Design], Design] = lambda design: design,
    **arrangement: Any,
) -> Survey:
    """Make a survey in a folder, its pixels and plan altered."""
    design = design_of(new_design(protocol, **arrangement))
    with new_folder(path) as new:
        stimuli = {}
        for case, condition in required_stimuli(design):
            pixels = image(case, condition)
            pixels = alter(case, condition, pixels.copy()) if alter else pixels
            stimuli[case, condition] = Stimulus(*new.add_stimulus(pixels), pixels.shape, WINDOW, False, SPACING)
        checks = []
        for answer in (1, 5) if design.arrangement.attention_checks else ():
            picture = attention_picture(answer)
            checks.append((Stimulus(*new.add_stimulus(picture), picture.shape, ATTENTION_WINDOW), answer))
        plan, allocation = allocate(design, stimuli, checks)
        plan = alter_plan(plan, allocation) if alter_plan else plan
        text, sources = survey_texts(design, path)
        folder = new.finish(design=text, plan=plan_text(plan), sealed=seal(allocation, PASSPHRASE), sources=sources)
    return Survey(folder, design, plan, allocation)


def with_stimuli(plan: Plan, names: Sequence[str], **values: Any) -> Plan:
    """Return a plan in which some stimuli have other values."""
    changed = {name: replace(one, **values) if name in names else one for name, one in plan.stimuli.items()}
    return replace(plan, stimuli=changed)


@cache
def anatomy(case: str, side: int = SIDE) -> FloatArray:
    """Draw soft tissue of random structure with bright bones and air outside of some of it."""
    rng = np.random.default_rng(list(case.encode()))
    picture = sum(
        weight * cv2.GaussianBlur(rng.standard_normal((side, side)), (0, 0), sigma)
        for weight, sigma in ((20.0, 0.7), (120.0, 2.0), (900.0, 9.0))
    )
    picture = np.asarray(picture) + 40
    for _ in range(5):
        center = rng.integers(20, side - 20, 2).tolist()
        cv2.circle(picture, center, int(rng.integers(4, 14)), float(rng.integers(300, 900)), -1)
    picture[:, : side // 8] = -1000 + rng.standard_normal((side, side // 8))
    return cv2.GaussianBlur(picture, (0, 0), 0.8).astype(np.float32)


@cache
def image(case: str, condition: str) -> FloatArray:
    """Return a case under a condition; what is no method is the reference."""
    reference = anatomy(case)
    if condition not in KERNELS:
        return reference
    return enlarge(degrade(reference, 4), 4, KERNELS[condition])  # type: ignore[arg-type]
