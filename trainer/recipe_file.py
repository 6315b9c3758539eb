"""Recipes as TOML files: read, and checked against the fields of `trainer.recipe`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, fields, is_dataclass
from importlib import resources
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from medsr_viewer.errors import InvalidRecipe
from trainer.recipe import Recipe, Within
from trainer.recipe_rules import check_together

TYPE_WORDS: Mapping[type, str] = {
    bool: "true or false",
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
}
"""What is allowed where a value of that type stands."""
_OTHER_LENGTHS = {"optimiser.steps": "epochs", "optimiser.epochs": "steps"}
"""What a setting of a run's length stands in place of."""
RECIPE_FOLDER = Path(str(resources.files("trainer"))) / "recipes"


def load_recipe(name_or_path: str, settings: Sequence[str] = ()) -> Recipe:
    """Read a recipe that ships with the trainer, by its name, or any TOML file, by its path.

    Parameters
    ----------
    name_or_path : str
        Which.
    settings : sequence of str
        ``KEY=VALUE`` that replace the file's: dots in the key lead into tables, the value is TOML's. Of
        ``optimiser.steps`` and ``optimiser.epochs`` the one that is set replaces the other.

    Raises
    ------
    InvalidRecipe
        If there is no such recipe, or a key or value of it is wrong; the message names file and key.
    """
    return _checked(read_values(name_or_path, settings), str(recipe_path(name_or_path)))


def read_values(name_or_path: str, settings: Sequence[str] = ()) -> dict[str, Any]:
    """Return what a recipe's file and the settings state themselves, unchecked: no defaults.

    Parameters
    ----------
    name_or_path, settings
        As `load_recipe` takes them.

    Raises
    ------
    InvalidRecipe
        If there is no such recipe, or it is not TOML.
    """
    path = recipe_path(name_or_path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidRecipe(f"{path}: cannot be read as text in UTF-8") from exc
    return _values(text, str(path), settings)


def recipe_path(name_or_path: str) -> Path:
    """Return the file of a recipe that ships with the trainer, or the path itself where it has a suffix.

    Raises
    ------
    InvalidRecipe
        If there is no such file.
    """
    path = Path(name_or_path)
    if not path.suffix:
        path = RECIPE_FOLDER / f"{name_or_path}.toml"
    if not path.is_file():
        raise InvalidRecipe(f"{name_or_path}: no such recipe", f"Recipes that ship: {', '.join(shipped_recipes())}.")
    return path


def shipped_recipes() -> list[str]:
    """Return the names of the recipes that ship with the trainer, sorted."""
    return sorted(path.stem for path in RECIPE_FOLDER.glob("*.toml"))


def parse_recipe(text: str, origin: str, settings: Sequence[str] = ()) -> Recipe:
    """Read a recipe from TOML.

    Parameters
    ----------
    text : str
        The TOML.
    origin : str
        Where it comes from, for messages.
    settings : sequence of str
        As `load_recipe` takes them.

    Raises
    ------
    InvalidRecipe
        If it is not TOML, or a key or value is wrong.
    """
    return _checked(_values(text, origin, settings), origin)


def recipe_as_dict(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe as plain values, for a run folder or a model card."""
    return asdict(recipe)


def changes(before: dict[str, Any], after: dict[str, Any], prefix: str = "") -> list[str]:
    """Return what differs between two recipes as plain values, in words, key by key."""
    found = []
    for key in before | after:
        old, new = (side.get(key) for side in (before, after))
        if isinstance(old, dict) and isinstance(new, dict):
            found += changes(old, new, f"{prefix}{key}.")
        elif (list(old) if isinstance(old, tuple) else old) != (list(new) if isinstance(new, tuple) else new):
            found.append(f"{prefix}{key} = {new!r}, was {old!r}")
    return found


def _values(text: str, origin: str, settings: Sequence[str]) -> dict[str, Any]:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise InvalidRecipe(f"{origin}: not valid TOML: {exc}") from exc
    for setting in settings:
        values = _with(values, *_setting(setting))
    return values


def _checked(values: Mapping[str, Any], origin: str) -> Recipe:
    recipe: Recipe = _table(Recipe, values, origin, "")
    check_together(recipe, origin)
    return recipe


def _setting(setting: str) -> tuple[list[str], Any]:
    """Return a setting's key, part by part, and its value."""
    try:
        value: Any = tomllib.loads(setting)
        key: Any = tomllib.loads(f"{setting.partition('=')[0]}= 0")
    except tomllib.TOMLDecodeError as exc:
        advice = 'Write KEY=VALUE, as optimiser.steps=300 or loss.pixel="l1" (in a shell: \'loss.pixel="l1"\').'
        raise InvalidRecipe(f"{setting}: not a setting: {exc}", advice) from exc
    path: list[str] = []
    while isinstance(key, dict):
        (part,) = key
        path, value, key = [*path, part], value[part], key[part]
    return path, value


def _with(values: dict[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """Return the values with one of them replaced; of a whole part of the recipe, the keys that are not given stay."""
    part, *rest = path
    if not rest and isinstance(value, dict) and isinstance(values.get(part), dict):
        return values | {part: values[part] | value}
    replaced = _replaced(values, path, value)
    if (length := _OTHER_LENGTHS.get(".".join(path))) and value:
        replaced[part] = {key: kept for key, kept in replaced[part].items() if key != length}
    return replaced


def _replaced(values: dict[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    part, *rest = path
    inner = values.get(part)
    return values | {part: _replaced(inner if isinstance(inner, dict) else {}, rest, value) if rest else value}


def _table(kind: Any, values: Mapping[str, Any], origin: str, prefix: str) -> Any:
    hints = get_type_hints(kind, include_extras=True)
    known = {f.name: f for f in fields(kind)}
    for key in values:
        if key not in known:
            raise InvalidRecipe(f"{origin}: unknown key {prefix}{key}", f"Allowed here: {', '.join(known)}.")
    for name, f in known.items():
        if name not in values and f.default is MISSING and f.default_factory is MISSING:
            raise InvalidRecipe(f"{origin}: {prefix}{name} is missing")
    return kind(**{key: _value(hints[key], value, origin, prefix + key) for key, value in values.items()})


def _value(hint: Any, value: Any, origin: str, key: str) -> Any:
    limits: Within | None = None
    if get_origin(hint) is Annotated:
        hint, limits = get_args(hint)
    if is_dataclass(hint):
        return _table(hint, _of_type(value, (dict,), origin, key), origin, f"{key}.")
    match get_origin(hint):
        case origin_type if origin_type is Literal:
            return _one_of(get_args(hint), value, origin, key)
        case origin_type if origin_type is tuple:
            return _sequence(get_args(hint), limits or Within(), value, origin, key)
        case origin_type if origin_type is dict:
            item = get_args(hint)[1]
            table = _of_type(value, (dict,), origin, key)
            return (
                table if item is Any else {name: _value(item, v, origin, f"{key}.{name}") for name, v in table.items()}
            )
    value = _of_type(value, _plain_types(hint), origin, key, limits)
    if isinstance(value, int | float) and not isinstance(value, bool):
        _check_range(value, limits or Within(), origin, key)
    return value


def _one_of(allowed: Sequence[Any], value: Any, origin: str, key: str) -> Any:
    if value not in allowed:
        raise InvalidRecipe(f"{origin}: {key} = {value!r}", f"Allowed: {', '.join(map(str, allowed))}.")
    return value


def _sequence(items: tuple[Any, ...], limits: Within, value: Any, origin: str, key: str) -> tuple[Any, ...]:
    """Read a pair ``[low, high]``, or a list of any length where the type says ``tuple[int, ...]``."""
    numbers = _of_type(value, (list,), origin, key, limits)
    if items[-1] is not Ellipsis and len(numbers) != len(items):
        raise InvalidRecipe(f"{origin}: {key} = {value!r}", f"Allowed: a list of {len(items)} numbers.")
    read = tuple(_of_type(number, (items[0],), origin, key, limits) for number in numbers)
    for number in read:
        _check_range(number, limits, origin, key)
    if limits.ordered and list(read) != sorted(read):
        raise InvalidRecipe(f"{origin}: {key} = {value!r}", "Allowed: the smaller number first.")
    return read


def _of_type(value: Any, allowed: Iterable[type], origin: str, key: str, limits: Within | None = None) -> Any:
    allowed = tuple(allowed)
    if float in allowed and type(value) is int:
        value = float(value)
    if type(value) not in allowed:
        words: dict[type, str] = {dict: "a table", list: "a list"}
        names = " or ".join(words.get(t, f"of type {t.__name__}") for t in allowed if t is not NoneType)
        raise InvalidRecipe(f"{origin}: {key} = {value!r} must be {names}", _advice(allowed, limits or Within()))
    return value


def _advice(allowed: Sequence[type], limits: Within) -> str:
    """Return what is allowed where a value is of another type."""
    if dict in allowed:
        return "Write it as [TABLE] with a line KEY = VALUE for each, or as { KEY = VALUE }."
    (name,) = (TYPE_WORDS.get(t, "a list of numbers") for t in allowed if t is not NoneType)
    return f"Allowed: {name}{'' if bool in allowed or str in allowed else f', {limits}'}."


def _check_range(value: float, limits: Within, origin: str, key: str) -> None:
    if not limits.holds(value):
        raise InvalidRecipe(f"{origin}: {key} = {value!r}", f"Allowed: {limits}.")


def _plain_types(hint: Any) -> tuple[type, ...]:
    if get_origin(hint) in (Union, UnionType):
        return tuple(t for part in get_args(hint) for t in _plain_types(part))
    return (get_origin(hint) or hint,)
