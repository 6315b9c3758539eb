"""Which of the prepared orders are whose: each site has a block of its own, so that all sites together are balanced.

The orders of a survey are balanced over all of its observers, and a run of them nearly so. Sites that all began with
the first would use few orders many times, and others never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medsr_viewer.survey.records import Record

if TYPE_CHECKING:
    from medsr_viewer.survey.store import Store  # its library takes a second to load


@dataclass(frozen=True)
class Block:
    """Consecutive slots of a site.

    Parameters
    ----------
    first, count : int
        Counted from 0; beyond those prepared they begin again, as of `trial_list.sequence_of`.
    prepared : int
        Orders of the whole survey.
    """

    first: int
    count: int
    prepared: int

    def slot(self, number: int) -> int:
        """Return the slot of an observer by how many came before at the site; after the last the first comes again."""
        rounds, place = divmod(number, max(self.count, 1))
        return self.first + place + rounds * self.prepared


def block_of(records: Iterable[Record], site: str, prepared: int) -> Block:
    """Return the slots of a site: all, or those that it was given, without those that it gave to others.

    Parameters
    ----------
    records : iterable of Record
        Of kind "site" at least.
    site : str
    prepared : int
        Orders of the whole survey.
    """
    own = [record.payload or {} for record in records if record.kind == "site" and record.site == site]
    first, count = next((payload["own"] for payload in own if "own" in payload), (0, prepared))
    end = first + count
    for payload in own:
        if "given" in payload and first < payload["given"][0] < end:
            end = payload["given"][0]
    return Block(first, end - first, prepared)


def give_block(store: Store, other: Store, prepared: int, observers: int = 0) -> Block:
    """Give the last of a site's free orders to a new site, and record that at both.

    Parameters
    ----------
    store, other : Store
        Of the giving site, and of the new one.
    prepared : int
        Orders of the whole survey.
    observers : int
        How many; 0: half of the free ones, the larger. Where fewer are free the survey's orders begin again, as for
        more observers than were prepared for.

    Raises
    ------
    AlreadyRecorded
        If these were given to another site in the same moment.
    SurveyError
        If the survey is closed, or the database refuses.
    """
    records = store.records(kinds=("site", "observer"))
    own = block_of(records, store.site, prepared)
    free = own.count - sum(record.kind == "observer" and record.site == store.site for record in records)
    count = observers or max((free + 1) // 2, 1)
    if count <= free and count < own.count:
        first, key = own.first + own.count - count, f"to {own.first + own.count}"
    else:
        first = max((sum(given) for given in _given(records, store.site) if given[0] >= prepared), default=prepared)
        key = f"from {first}"
    store.append("site", {"given": [first, count], "to": other.site}, key=key)
    other.append("site", {"own": [first, count], "from": store.site}, key="own")
    return Block(first, count, prepared)


def shared_orders(records: Iterable[Record], prepared: int) -> list[str]:
    """Name the observers of different sites who were shown one order, where others were left: balance suffers.

    Parameters
    ----------
    records : iterable of Record
        Of kinds "observer" and "withdrawn" at least, of all sites.
    prepared : int
        Orders of the whole survey.

    Returns
    -------
    list of str
        A sentence for each pair of sites.
    """
    found = list(records)
    withdrawn = {(one.site, (one.payload or {}).get("observer")) for one in found if one.kind == "withdrawn"}
    shown: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for record in found:
        if record.kind == "observer" and record.payload:
            who = record.site, str(record.payload["observer"])
            if who not in withdrawn:
                shown[int(record.payload["slot"]) % max(prepared, 1)].append(who)
    if len(shown) == prepared:
        return []  # there are more observers than orders
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for people in shown.values():
        for place, (site, name) in enumerate(people):
            for other_site, other in people[:place]:
                if site != other_site:
                    shared[other_site, site].append(f"{other} and {name}")
    return [
        f"observers of sites {one} and {other} were shown the same orders: {', '.join(pairs[:3])}"
        + (f" and {len(pairs) - 3} more" if len(pairs) > 3 else "")
        for (one, other), pairs in shared.items()
    ]


def _given(records: Iterable[Record], site: str) -> list[tuple[int, int]]:
    own = [record.payload or {} for record in records if record.kind == "site" and record.site == site]
    return [(payload["given"][0], payload["given"][1]) for payload in own if "given" in payload]
