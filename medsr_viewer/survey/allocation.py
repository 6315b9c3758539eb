"""Allocation: which observer is shown what in which order, drawn once, by chance and balanced."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from medsr_viewer.survey.audit.balance import check_balance
from medsr_viewer.survey.audit.cases import group_cases
from medsr_viewer.survey.balance import Deck, OrderBalance, RowBalance, Showing, williams_square
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Allocation, Meaning, Plan, Stimulus, Trial, TrialKind
from medsr_viewer.survey.protocols import LABELLED, PROTOCOLS, complete, required_stimuli
from medsr_viewer.survey.sealing import new_nonce
from medsr_viewer.survey.spreading import spread_cases, spread_places, with_repeats
from medsr_viewer.survey.training_trials import training_trials

Check = tuple[Stimulus, int]
"""Stimulus of an attention check, and the answer that it asks for."""

_DRAWS = 20
"""How often an order is drawn that by chance tells conditions, before the auditor tells it to the coordinator."""


def allocate(
    design: Design,
    stimuli: Mapping[tuple[str, str], Stimulus],
    checks: Sequence[Check] = (),
    *,
    nonce: str | None = None,
) -> tuple[Plan, Allocation]:
    """Draw what each observer is shown.

    Parameters
    ----------
    design : Design
        It is completed by its protocol.
    stimuli : mapping
        By (case, condition): those of `required_stimuli` at least.
    checks : sequence of (Stimulus, int)
        Attention checks and the answers that they ask for; observers are shown them in turn.
    nonce : str, optional
        32 random bytes, hexadecimal; drawn where it is left out.

    Returns
    -------
    (Plan, Allocation)
        What may be read while rating goes on, and what is sealed. The same for the same design, seed and nonce. The
        choices hang on the nonce too: a small seed alone could be found by trying all of them on the plan. An order in
        which the auditor finds conditions is drawn again: chance draws such ones too, above all of few cases.

    Raises
    ------
    ValueError
        If a stimulus is missing, two have one identifier, or the design wants attention checks and there are none.
    """
    design = complete(design)
    _check_stimuli(design, stimuli, checks)
    nonce = new_nonce() if nonce is None else nonce
    seed = secrets.randbits(63) if design.arrangement.seed is None else design.arrangement.seed
    meanings = {stimuli[key].identifier: Meaning(*key) for key in required_stimuli(design)}
    meanings |= {stimulus.identifier: Meaning("", "") for stimulus, _ in checks}
    expected = {stimulus.identifier: answer for stimulus, answer in checks}
    rng = np.random.default_rng([seed, int(nonce, 16)])
    for _ in range(_DRAWS):
        drawing = _Drawing(design, stimuli, checks, nonce, rng)
        plan = drawing.plan()
        allocation = Allocation(nonce, seed, meanings, drawing.kinds, expected)
        if not _tells_conditions(plan, allocation):
            break
    return plan, allocation


class _Drawing:
    """The choices of one allocation."""

    def __init__(
        self,
        design: Design,
        stimuli: Mapping[tuple[str, str], Stimulus],
        checks: Sequence[Check],
        nonce: str,
        rng: np.random.Generator,
    ) -> None:
        self.rng = rng
        self.kinds: dict[str, TrialKind] = {}
        self._design = design
        self._rules = PROTOCOLS[design.protocol]
        self._stimuli = stimuli
        self._checks = checks
        self._nonce = nonce

    def plan(self) -> Plan:
        """Return all that is shown."""
        training = training_trials(
            self._design, self.identify, lambda turn: self.name_trial("training", turn), self.rng
        )
        return Plan(self.shown(), training, self.sequences(), self.groups())

    def identify(self, case: str, condition: str) -> str:
        """Return the identifier of a stimulus."""
        return self._stimuli[case, condition].identifier

    def name_trial(self, slot: int | str, place: int) -> str:
        """Return an identifier that nobody can work out without the nonce, nor conclude anything from."""
        return hashlib.sha256(f"{self._nonce}/{slot}/{place}".encode("ascii")).hexdigest()[:16]

    def shown(self) -> dict[str, Stimulus]:
        """Return all stimuli by identifier; their identifiers, which are random, say in which order."""
        wanted = [self._stimuli[key] for key in required_stimuli(self._design)]
        wanted += [stimulus for stimulus, _ in self._checks]
        return {stimulus.identifier: stimulus for stimulus in sorted(wanted, key=lambda one: one.identifier)}

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Return what is compared with one another in protocol pairs, ordered by identifiers too."""
        if self._rules.rated != "two":
            return ()
        names = [condition.name for condition in self._design.conditions]
        return tuple(
            sorted(tuple(sorted(self.identify(case.name, name) for name in names)) for case in self._design.main_cases)
        )

    def sequences(self) -> tuple[tuple[Trial, ...], ...]:
        """Return the trials of each slot; protocol pairs chooses them while rating goes on."""
        slots = self._design.arrangement.observers
        if self._rules.rated == "two":
            return ((),) * slots
        orders = self._random_orders() if self._design.arrangement.order == "random" else self._latin_orders()
        return tuple(self._sequence(slot, order) for slot, order in enumerate(orders))

    def _latin_orders(self) -> list[list[Showing]]:
        cases, conditions = len(self._design.main_cases), len(self._design.conditions)
        each = self._design.arrangement.cases_per_observer or cases
        square = self.rng.permutation(conditions)[williams_square(conditions)]
        blocks = 1 if self._rules.rated == "all" else conditions
        deck = Deck(cases, self.rng)
        rows = RowBalance(cases, len(square), self.rng)
        balance = OrderBalance(blocks, each, cases, conditions, self.rng)
        orders = []
        for _ in range(self._design.arrangement.observers):
            dealt = deck.deal(each)
            drawn = [square[row] for row in rows.draw(dealt)]
            order: list[Showing] = []
            for block in range(blocks):
                showings = [
                    Showing(case, tuple(map(int, row)) if blocks == 1 else (int(row[block]),))
                    for case, row in zip(dealt, drawn, strict=True)
                ]
                order += balance.draw(block, showings, order[-1] if order else None)
            orders.append(order)
        return orders

    def _random_orders(self) -> list[list[Showing]]:
        cases, conditions = len(self._design.main_cases), len(self._design.conditions)
        deck = Deck(cases, self.rng)
        orders = []
        for _ in range(self._design.arrangement.observers):
            dealt = deck.deal(self._design.arrangement.cases_per_observer or cases)
            if self._rules.rated == "all":
                showings = [Showing(case, self._places(range(conditions))) for case in dealt]
            else:
                showings = [Showing(case, (condition,)) for case in dealt for condition in range(conditions)]
            orders.append(spread_cases(showings, self.rng))
        return orders

    def _sequence(self, slot: int, order: Sequence[Showing]) -> tuple[Trial, ...]:
        """Return an observer's trials: with repeats and attention checks among them."""
        share, checks = self._design.arrangement.repeat_share, self._design.arrangement.attention_checks
        repeats = max(round(share * len(order)), 1) if share else 0
        gap = min(math.ceil((len(order) + repeats + checks) / 4), len(order))
        trials: list[tuple[Trial, TrialKind]] = [
            (self._trial(showing, shuffled=again), "repeat" if again else "main")
            for showing, again in with_repeats(order, repeats, gap, self.rng)
        ]
        asked = self.rng.permutation([(slot * checks + turn) % len(self._checks) for turn in range(checks)])
        for place, which in zip(reversed(spread_places(checks, len(trials), self.rng)), asked, strict=True):
            trials.insert(place, (Trial("", (self._checks[which][0].identifier,)), "attention"))
        named = tuple(
            replace(trial, identifier=self.name_trial(slot, place)) for place, (trial, _) in enumerate(trials)
        )
        for trial, (_, kind) in zip(named, trials, strict=True):
            if kind != "main":
                self.kinds[f"{slot}/{trial.identifier}"] = kind
        return named

    def _trial(self, showing: Showing, *, shuffled: bool) -> Trial:
        """Return a trial that has no identifier yet; a repeat has the images in other places."""
        case = self._design.main_cases[showing.case].name
        conditions = self._places(showing.conditions) if shuffled else showing.conditions
        rated = tuple(self.identify(case, self._design.conditions[index].name) for index in conditions)
        return Trial("", rated, self.identify(case, LABELLED) if self._rules.labelled else "")

    def _places(self, conditions: Sequence[int]) -> tuple[int, ...]:
        return tuple(int(index) for index in self.rng.permutation(conditions))


def _tells_conditions(plan: Plan, allocation: Allocation) -> bool:
    cases = group_cases(plan, 0, allocation=allocation)
    return any(True for known in (allocation, None) for _ in check_balance(plan, cases, known))


def _check_stimuli(design: Design, stimuli: Mapping[tuple[str, str], Stimulus], checks: Sequence[Check]) -> None:
    required = required_stimuli(design)
    missing = [key for key in required if key not in stimuli]
    if missing:
        raise ValueError(f"{len(missing)} stimuli are missing, the first of case and condition {missing[0]}")
    identifiers = [stimuli[key].identifier for key in required] + [stimulus.identifier for stimulus, _ in checks]
    if len(set(identifiers)) < len(identifiers):
        raise ValueError("two stimuli have the same identifier")
    if design.arrangement.attention_checks and not checks:
        raise ValueError("the design wants attention checks, and no stimuli for them were given")
