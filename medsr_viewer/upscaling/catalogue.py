"""All methods on this machine: interpolation, and the models in the shipped and the user's folders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from medsr_viewer.errors import ModelError, UnknownMethod
from medsr_viewer.models.cards import ModelCard, find_cards
from medsr_viewer.settings import model_folders
from medsr_viewer.upscaling.methods import INTERPOLATIONS, Method

LEARNED_ORDER = ("fmen", "srresnet", "srgan", "swift-srgan")


@dataclass(frozen=True)
class Catalogue:
    """All methods, and what kept a model from being one.

    Parameters
    ----------
    methods : tuple of Method
        Interpolation first, then the learned ones.
    problems : tuple of ModelError
        One for each card that cannot be read.
    """

    methods: tuple[Method, ...]
    problems: tuple[ModelError, ...] = ()

    def at_scale(self, scale_factor: int) -> tuple[Method, ...]:
        """Return the methods that have a scale factor."""
        return tuple(method for method in self.methods if scale_factor in method.scale_factors)

    def find(self, name: str, scale_factor: int) -> Method:
        """Return a method.

        Raises
        ------
        UnknownMethod
            If there is none of this name, or it has not this scale factor; the advice lists what there is.
        """
        by_name = {method.name: method for method in self.methods}
        if name not in by_name:
            raise UnknownMethod(f"there is no method {name!r}", f"Methods: {', '.join(by_name)}.")
        method = by_name[name]
        if scale_factor not in method.scale_factors:
            factors = ", ".join(f"x{factor}" for factor in method.scale_factors)
            others = ", ".join(m.name for m in self.at_scale(scale_factor)) or "none"
            raise UnknownMethod(
                f"{name} has no scale factor {scale_factor}",
                f"{name} has {factors}; methods at x{scale_factor}: {others}.",
            )
        return method


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the methods on this machine; read once (``catalogue.cache_clear()`` rescans)."""
    cards, problems = find_cards(model_folders())
    return Catalogue(_methods(cards), tuple(problems))


def _methods(cards: Iterable[ModelCard]) -> tuple[Method, ...]:
    by_name: dict[str, dict[int, ModelCard]] = {}
    for card in cards:
        by_name.setdefault(card.name, {})[card.scale_factor] = card
    names = sorted(by_name, key=lambda name: (LEARNED_ORDER.index(name) if name in LEARNED_ORDER else 99, name))
    learned = tuple(Method(name, next(iter(by_name[name].values())).kind, by_name[name]) for name in names)
    return tuple(Method(name, "interpolation") for name in INTERPOLATIONS) + learned
