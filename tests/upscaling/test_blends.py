"""Blends are offered by name, and run at a position."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from medsr_viewer.errors import UnknownMethod
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.blends import Blend, blend_of, find_blends, parse_position, position_of
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.inference import network_on
from medsr_viewer.upscaling.memory import tile_limits
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import Upscaled, UpscalingRequest, upscale

SCALE = 2


@pytest.fixture
def pair(make_family: Callable[..., tuple[ModelCard, ModelCard]]) -> tuple[ModelCard, ModelCard]:
    return make_family("net", "net-gan")


@pytest.fixture
def known(pair: tuple[ModelCard, ModelCard]) -> Catalogue:
    methods = tuple(Method(card.name, card.kind, {SCALE: card}) for card in pair)
    return Catalogue(methods, (), find_blends(pair, {method.name for method in methods}))


def run(method: Method) -> Upscaled:
    pixels = np.random.default_rng(3).uniform(-1000, 2000, (30, 44)).astype(np.float32)
    return upscale(UpscalingRequest(pixels, method, SCALE, device="cpu"))


def test_a_family_gives_one_blend_that_is_no_method_by_itself(known: Catalogue) -> None:
    (blend,) = known.blends
    assert (blend.name, blend.scale_factors) == ("net-blend", (SCALE,))
    assert [method.name for method in known.at_scale(SCALE)] == ["net", "net-gan"]


@pytest.mark.parametrize("name", ["net-blend:0.4", "net-blend:.40", "net-blend 40 %"])
def test_a_position_is_named_for_people_and_for_the_shell(name: str, known: Catalogue) -> None:
    method = known.find(name, SCALE)
    assert method.name == "net-blend 40 %"
    assert method.cards[SCALE].name == "net-blend 40 %"
    assert (blend_of(method.name), position_of(method.name)) == ("net-blend", 40)


def test_without_a_position_it_is_the_middle(known: Catalogue) -> None:
    assert known.find("net-blend", SCALE).name == "net-blend 50 %"


@pytest.mark.parametrize("share", ["1.01", "-0.1", "0.405", "much", "", "nan", "inf"])
def test_what_is_no_position_is_refused_with_what_is(share: str, known: Catalogue) -> None:
    with pytest.raises(UnknownMethod, match="no position") as caught:
        known.find(f"net-blend:{share}", SCALE)
    assert "net-blend:0.4" in caught.value.advice


@pytest.mark.parametrize("name", ["net-blend 101 %", "net:0.4", "net 40 %", "other-blend 40 %"])
def test_other_names_are_not_methods(name: str, known: Catalogue) -> None:
    assert not known.has(name, SCALE)
    with pytest.raises(UnknownMethod, match="there is no method") as caught:
        known.find(name, SCALE)
    assert caught.value.advice == "Methods: net, net-gan, net-blend."
    assert not known.has("net-blend 40 %", 4)


@pytest.mark.parametrize(("percent", "parent"), [(0, "net"), (100, "net-gan")])
def test_the_ends_give_their_parents_pictures_exactly(percent: int, parent: str, known: Catalogue) -> None:
    end = run(known.find(f"net-blend {percent} %", SCALE))
    assert np.array_equal(end.pixels, run(known.find(parent, SCALE)).pixels)
    assert end.method == f"net-blend {percent} %"


def test_between_the_ends_pictures_differ_from_both_and_from_each_other(known: Catalogue) -> None:
    pictures = [run(known.find(f"net-blend {percent} %", SCALE)).pixels for percent in (0, 35, 40, 100)]
    for index, picture in enumerate(pictures):
        assert not any(np.array_equal(picture, other) for other in pictures[index + 1 :])


def test_a_result_says_which_weights_it_is_of(known: Catalogue, pair: tuple[ModelCard, ModelCard]) -> None:
    card = run(known.find("net-blend 40 %", SCALE)).card
    assert card is not None
    assert [one.sha256 for one in card.sources] == [one.sha256 for one in pair]
    assert run(Method("bicubic", "interpolation")).card is None


def test_what_did_not_fit_at_one_position_is_not_tried_at_the_next(known: Catalogue) -> None:
    run(known.find("net-blend 40 %", SCALE))
    (limit,) = tile_limits.values()
    limit.side = 16
    run(known.find("net-blend 45 %", SCALE))
    assert len(tile_limits) == 1


def test_weights_that_were_replaced_are_loaded_anew(
    known: Catalogue, make_family: Callable[..., tuple[ModelCard, ModelCard]]
) -> None:
    before = run(known.find("net", SCALE)).pixels
    others = make_family("net", "net-gan", seed=99)
    after = run(Method("net", "psnr", {SCALE: others[0]})).pixels
    assert not np.array_equal(before, after)
    assert network_on.cache_info().currsize == 2


def test_a_name_that_is_taken_is_not_taken_again(pair: tuple[ModelCard, ModelCard]) -> None:
    assert [blend.name for blend in find_blends(pair, {"net", "net-gan", "net-blend"})] == ["net-net-gan-blend"]
    second = dataclasses.replace(pair[1], name="net-gan-2")
    assert [blend.name for blend in find_blends([*pair, second], ())] == ["net-blend", "net-net-gan-2-blend"]


def test_one_blend_holds_all_scale_factors(pair: tuple[ModelCard, ModelCard]) -> None:
    larger = [dataclasses.replace(card, scale_factor=4) for card in pair]
    (blend,) = find_blends([*pair, *larger], ())
    assert blend == Blend("net-blend", {2: pair, 4: (larger[0], larger[1])})
    assert blend.at(10).scale_factors == (2, 4)
    assert blend.at(0).kind == "psnr"
    assert blend.at(5).kind == "gan"


def test_names_of_other_methods_hold_no_position() -> None:
    assert blend_of("fmen") == "fmen"
    assert position_of("fmen") is None
    assert parse_position("fmen") == ("fmen", 50)
