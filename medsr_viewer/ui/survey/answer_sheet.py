"""What an observer has chosen for the trial on screen, and what is still open. No Qt."""

from __future__ import annotations

from collections.abc import Sequence


class AnswerSheet:
    """Answers to each question of each rated image, one of them active: keys go to it.

    Parameters
    ----------
    images : int
        Rated images, left to right.
    questions : int
        Asked of each.
    """

    def __init__(self, images: int, questions: int) -> None:
        self.image = 0
        self.question = 0
        self._values: list[list[int]] = [[0] * questions for _ in range(images)]

    @property
    def value(self) -> int:
        """The answer to the active question of the active image; 0: none yet."""
        return self._values[self.image][self.question]

    @property
    def is_complete(self) -> bool:
        """Whether everything is answered."""
        return all(all(row) for row in self._values)

    def values(self, image: int) -> Sequence[int]:
        """Return the answers to the questions of one image; 0: none yet."""
        return tuple(self._values[image])

    def rate(self, value: int) -> None:
        """Answer the active question of the active image, or answer it anew."""
        self._values[self.image][self.question] = value

    def fill(self, values: Sequence[Sequence[int]]) -> None:
        """Take over answers that were given before; those that do not fit are left out."""
        if [len(row) for row in values] == [len(row) for row in self._values]:
            self._values = [list(row) for row in values]

    def all_values(self) -> tuple[tuple[int, ...], ...]:
        """Return the answers: one tuple an image."""
        return tuple(tuple(row) for row in self._values)

    def move_image(self, by: int) -> None:
        """Make a neighbouring image active; from the last on to the first."""
        self.image = (self.image + by) % len(self._values)

    def move_question(self, by: int) -> None:
        """Make a neighbouring question active; from the last on to the first."""
        self.question = (self.question + by) % len(self._values[0])

    def go_to_open(self) -> None:
        """Make the next open question active, after the active one, in order of images; stay where none is open."""
        places = [(image, question) for image, row in enumerate(self._values) for question in range(len(row))]
        here = places.index((self.image, self.question))
        for image, question in places[here:] + places[:here]:
            if not self._values[image][question]:
                self.image, self.question = image, question
                return
