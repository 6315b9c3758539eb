"""Whether what a recipe names can be built: its network, discriminator and content layer, before any image is read."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_type_hints

import torch
from torch import nn

from medsr_viewer.errors import InvalidRecipe
from medsr_viewer.models.architectures import ARCHITECTURES
from medsr_viewer.models.layers import SCALE_FACTORS
from trainer.discriminators.builder import DISCRIMINATORS, GIVEN, SMALLEST_SIDE, build_discriminator
from trainer.losses.content import check_content
from trainer.recipe import Recipe
from trainer.recipe_file import TYPE_WORDS, load_recipe, recipe_path

_SIDE = 8
"""Of the degraded picture that a network must map to one of the right size."""
_SMALLEST_PATCH = {"vgg16": 16, "vgg19": 16, "inception-v3": 75}
"""Reference pixels a side of which anything is left after a backbone's last layer."""


def load_for_run(name_or_path: str, settings: Sequence[str] = ()) -> Recipe:
    """Read a recipe as `load_recipe` does, and build what it names.

    Raises
    ------
    InvalidRecipe
        If a key or value of it is wrong; the message names file and key, the advice what is allowed.
    ModelError
        If its content backbone needs a package that is missing.
    """
    recipe = load_recipe(name_or_path, settings)
    check_buildable(recipe, str(recipe_path(name_or_path)))
    return recipe


def check_buildable(recipe: Recipe, origin: str) -> None:
    """Build a recipe's networks, and throw them away.

    Parameters
    ----------
    recipe : Recipe
        Which.
    origin : str
        Where it comes from, for messages.

    Raises
    ------
    InvalidRecipe, ModelError
        See `load_for_run`.
    """
    _check_network(recipe, origin)
    if recipe.loss.adversarial_weight:
        _check_discriminator(recipe, origin)
    _check_features(recipe, origin)


def _check_network(recipe: Recipe, origin: str) -> None:
    network = recipe.network
    if network.architecture not in ARCHITECTURES:
        raise InvalidRecipe(
            f"{origin}: network.architecture = {network.architecture!r}", f"Allowed: {', '.join(ARCHITECTURES)}."
        )
    build = ARCHITECTURES[network.architecture]

    def problem(options: Mapping[str, Any], scale_factor: int = network.scale_factor) -> str:
        return _problem(lambda: _run_small(build(scale_factor, **options), scale_factor))

    _check_options(build, ("scale_factor", "channels"), network.options, f"{origin}: network.options")
    if not problem(network.options):
        return
    if problem({}):
        allowed = [str(scale) for scale in SCALE_FACTORS if not problem({}, scale)]
        raise InvalidRecipe(
            f"{origin}: network.scale_factor = {network.scale_factor}",
            f"Allowed for {network.architecture}: {', '.join(allowed)}.",
        )
    _blame(build, problem, network.options, f"{origin}: network.options")


def _check_discriminator(recipe: Recipe, origin: str) -> None:
    discriminator = recipe.discriminator
    build = DISCRIMINATORS[discriminator.architecture]
    side = recipe.data.patch * recipe.network.scale_factor
    if side < SMALLEST_SIDE:
        raise _too_small(recipe, origin, "a discriminator", SMALLEST_SIDE)

    def problem(options: Mapping[str, Any]) -> str:
        with torch.device("meta"):  # a dense layer may hold gigabytes
            return _problem(
                lambda: build_discriminator(
                    discriminator.architecture, side, features=discriminator.features, options=options
                )
            )

    key = f"{origin}: discriminator.options"
    _check_options(build, GIVEN, discriminator.options, key)
    if not discriminator.options and (reason := problem({})):
        raise InvalidRecipe(
            f"{origin}: discriminator.architecture = {discriminator.architecture!r}: {reason}",
            "Choose a larger data.patch, or another architecture.",
        )
    if problem(discriminator.options):
        _blame(build, problem, discriminator.options, key)


def _check_features(recipe: Recipe, origin: str) -> None:
    loss = recipe.loss
    backbones = ["vgg16"] if loss.perceptual_weight else []
    if loss.content_weight:
        backbones.append(loss.content_backbone)
        try:
            check_content(loss.content_backbone, loss.content_layer, before_activation=loss.content_before_activation)
        except InvalidRecipe as exc:
            raise InvalidRecipe(f"{origin}: {exc}", exc.advice) from exc
    for backbone in backbones:
        least = _SMALLEST_PATCH.get(backbone, 1)
        if recipe.data.patch * recipe.network.scale_factor < least:
            raise _too_small(recipe, origin, backbone, least)


def _check_options(build: Callable[..., nn.Module], given: Sequence[str], options: Mapping[str, Any], key: str) -> None:
    """Refuse an option that there is not, of another type, or a count below its least."""
    parameters = {name: p for name, p in inspect.signature(build).parameters.items() if name not in given}
    hints = get_type_hints(build.__init__)
    for name, value in options.items():
        if name not in parameters:
            raise InvalidRecipe(
                f"{key}.{name} is unknown to {build.__name__}", f"Allowed here: {', '.join(parameters) or 'none'}."
            )
        kind, default = hints[name], parameters[name].default
        least = 0 if default == 0 else 1
        fits = type(value) is kind or (kind is float and type(value) is int)
        if not fits or (kind is int and value < least):
            limits = f", {least} or more" if kind is int else ""
            raise InvalidRecipe(f"{key}.{name} = {value!r}", f"Allowed: {TYPE_WORDS[kind]}{limits}.")


def _problem(work: Callable[[], object]) -> str:
    """Return why something cannot be built, or "" where it can."""
    try:
        work()
    except (TypeError, ValueError, RuntimeError) as exc:  # torch raises the last for sizes that do not fit
        return str(exc) or type(exc).__name__
    return ""


@torch.no_grad()
def _run_small(network: nn.Module, scale_factor: int) -> None:
    found, side = tuple(network(torch.zeros(2, 1, _SIDE, _SIDE)).shape), _SIDE * scale_factor
    if found != (2, 1, side, side):
        raise ValueError(f"it makes {found[-2]} x {found[-1]} pixels of {_SIDE} x {_SIDE}, not {side} x {side}")


def _blame(
    build: Callable[..., nn.Module], problem: Callable[[Mapping[str, Any]], str], options: Mapping[str, Any], key: str
) -> None:
    """Raise for the option without which the rest can be built, or for all together."""
    reason = problem(options)
    parameters = inspect.signature(build).parameters
    for name, value in options.items():
        if not problem({other: options[other] for other in options if other != name}):
            default = parameters[name].default
            raise InvalidRecipe(f"{key}.{name} = {value!r}: {reason}", f"Where it is left out it is {default!r}.")
    raise InvalidRecipe(f"{key} = {dict(options)!r}: {reason}", "Leave them out for the defaults.")


def _too_small(recipe: Recipe, origin: str, what: str, least: int) -> InvalidRecipe:
    scale_factor = recipe.network.scale_factor
    return InvalidRecipe(
        f"{origin}: data.patch = {recipe.data.patch} is too small for {what}",
        f"Allowed at x{scale_factor}: {-(-least // scale_factor)} or more.",
    )
