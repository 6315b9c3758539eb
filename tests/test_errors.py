from __future__ import annotations

import multiprocessing

import pytest

from medsr_viewer.errors import InvalidRecipe, MedsrError, ModelError, UnreadableFile


@pytest.mark.parametrize(
    "raised",
    [
        UnreadableFile("a.png", "it is damaged"),
        UnreadableFile("a.png", "it is damaged", "Copy it again."),
        InvalidRecipe("x = 3", "Allowed: 4."),
        ModelError("no such weights"),
    ],
)
def test_an_error_of_another_process_arrives_as_it_was_raised(raised: MedsrError) -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    with receiver, sender:
        sender.send(raised)
        arrived = receiver.recv()
    assert type(arrived) is type(raised)
    assert str(arrived) == str(raised)
    assert (arrived.title, arrived.advice, vars(arrived)) == (raised.title, raised.advice, vars(raised))
