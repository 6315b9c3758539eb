"""All methods on this machine: interpolation, and the models in the shipped and the user's folders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from medsr_viewer.errors import ModelError, UnknownMethod
from medsr_viewer.models.cards import ModelCard, find_cards, read_verified_card
from medsr_viewer.settings import model_folders
from medsr_viewer.upscaling.blends import Blend, find_blends, parse_position
from medsr_viewer.upscaling.methods import INTERPOLATIONS, Method

LEARNED_ORDER = ("fmen", "fmen-plus", "fmen-gan", "srresnet", "srgan", "swift-srgan")


@dataclass(frozen=True)
class Catalogue:
    """All methods, and what kept a model from being one.

    Parameters
    ----------
    methods : tuple of Method
        Interpolation first, then the learned ones.
    problems : tuple of ModelError
        One for each card that cannot be read.
    blends : tuple of Blend
        What is offered between two of the learned ones; a method only at a position.
    """

    methods: tuple[Method, ...]
    problems: tuple[ModelError, ...] = ()
    blends: tuple[Blend, ...] = ()

    @property
    def cards(self) -> tuple[ModelCard, ...]:
        """Every model, by method and scale factor."""
        return tuple(card for method in self.methods for _, card in sorted(method.cards.items()))

    def at_scale(self, scale_factor: int) -> tuple[Method, ...]:
        """Return the methods that have a scale factor, without blends."""
        return tuple(method for method in self.methods if scale_factor in method.scale_factors)

    def find(self, name: str, scale_factor: int) -> Method:
        """Return a method.

        Parameters
        ----------
        name : str
            Of a method; of a blend with a position, ``NAME 40 %`` or ``NAME:0.4``.
        scale_factor : int
            That it must have.

        Raises
        ------
        UnknownMethod
            If there is none of this name, or it has not this scale factor; the advice lists what there is.
        """
        method = self._named(name)
        if scale_factor not in method.scale_factors:
            factors = ", ".join(f"x{factor}" for factor in method.scale_factors)
            others = ", ".join(m.name for m in self.at_scale(scale_factor)) or "none"
            raise UnknownMethod(
                f"{name} has no scale factor {scale_factor}",
                f"{name} has {factors}; methods at x{scale_factor}: {others}.",
            )
        return method

    def has(self, name: str, scale_factor: int) -> bool:
        """Whether there is a method, or a blend at this position, with a scale factor."""
        try:
            self.find(name, scale_factor)
        except UnknownMethod:
            return False
        return True

    def _named(self, name: str) -> Method:
        by_name = {method.name: method for method in self.methods}
        if name in by_name:
            return by_name[name]
        blends = {blend.name: blend for blend in self.blends}
        blend, percent = parse_position(name)
        if blend not in blends or percent > 100:
            raise UnknownMethod(f"there is no method {name!r}", f"Methods: {', '.join([*by_name, *blends])}.")
        return blends[blend].at(percent)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the methods on this machine; read once (``catalogue.cache_clear()`` forgets)."""
    return _catalogue_of(*find_cards(model_folders()))


def rescan() -> Catalogue:
    """Return the methods that are on this machine now. All weights are read: a file that was replaced is found out."""
    catalogue.cache_clear()
    return _catalogue_of(*find_cards(model_folders(), read_verified_card))


def _catalogue_of(cards: list[ModelCard], problems: list[ModelError]) -> Catalogue:
    methods = _methods(cards)
    return Catalogue(methods, tuple(problems), find_blends(cards, {method.name for method in methods}))


def _methods(cards: Iterable[ModelCard]) -> tuple[Method, ...]:
    by_name: dict[str, dict[int, ModelCard]] = {}
    for card in cards:
        by_name.setdefault(card.name, {})[card.scale_factor] = card
    names = sorted(by_name, key=lambda name: (LEARNED_ORDER.index(name) if name in LEARNED_ORDER else 99, name))
    learned = tuple(Method(name, next(iter(by_name[name].values())).kind, by_name[name]) for name in names)
    return tuple(Method(name, "interpolation") for name in INTERPOLATIONS) + learned
