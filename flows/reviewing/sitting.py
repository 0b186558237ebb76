"""A sitting: one reviewer, a queue of questions, and answers kept one by one.

All that will be shown is read once, when the sitting begins, and rests in memory alone.
The vault is opened again for the moment it takes to keep an answer, so that runs and
other reviewers go on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flows.audit import name_self
from flows.decisions import Decision, decide, undo
from flows.errors import ActRefused
from flows.keys import Keys
from flows.linkage.policy import load_policy
from flows.linkage.store import read_summary
from flows.paths import Place
from flows.reviewing.evidence import Reason, standardise_shown, weigh_pairs
from flows.reviewing.opened import open_for_review
from flows.reviewing.policy import load_review_policy
from flows.reviewing.queue import Asked, list_questions, load_links
from flows.reviewing.sides import Compared, Side, compare_sides, read_sides
from flows.reviewing.timeline import read_timelines

_REASONS = {
    "link": "review screen: one person",
    "unlink": "review screen: two people",
    "not_sure": "review screen: not sure",
}
_UNDO = "review screen: answered by mistake"


@dataclass(frozen=True)
class Question:
    """Two person records as they are shown.

    Attributes:
        timelines: dated facts of the left and of the right record, a line each.
    """

    asked: Asked
    left: Side
    right: Side
    fields: list[Compared]
    reasons: list[Reason]
    timelines: tuple[list[str], list[str]]

    @property
    def pair(self) -> str:
        """The two records asked about, by id: names the question."""
        return f"{self.asked.record_l} {self.asked.record_r}"


class Sitting:
    """The questions of one reviewer, and what was answered so far.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        questions: in the order they are asked.
        as_name: the reviewer's name, where the system's user is shared.
    """

    def __init__(
        self, place: Place, keys: Keys, questions: list[Question], as_name: str | None
    ) -> None:
        """Begin at the first question."""
        self._place, self._keys, self._as_name = place, keys, as_name
        self._questions, self._began = questions, dt.datetime.now(dt.UTC)
        self._passed: list[tuple[Question, Decision | None]] = []

    @property
    def current(self) -> Question | None:
        """The question to show; None when nothing is left to ask."""
        seen = {id(question) for question, _ in self._passed}
        for question in self._questions:
            if id(question) not in seen and not self._is_settled(question.asked):
                return question
        return None

    @property
    def answered(self) -> int:
        """How many answers were kept."""
        return sum(decision is not None for _, decision in self._passed)

    @property
    def left(self) -> int:
        """How many questions are not passed yet; some may be settled by answers."""
        return len(self._questions) - len(self._passed)

    def answer(self, verdict: str) -> Decision:
        """Keep an answer to the current question, and go on.

        Args:
            verdict: ``link``, ``unlink`` or ``not_sure``.

        Raises:
            ActRefused: nothing is left to ask, another reviewer has decided since the
                sitting began, or the answer contradicts decisions in force; the
                question stands.
            RunInProgress: a run is under way; the question stands.
        """
        question = self._ask()
        asked = question.asked
        kept = decide(
            self._place, self._keys, asked.record_l, asked.record_r, verdict,
            _REASONS[verdict], self._as_name, source=asked.source,
            seen_at=self._began,
        )  # fmt: skip
        self._passed.append((question, kept))
        return kept

    def skip(self) -> None:
        """Pass the current question over; it comes again in another sitting.

        Raises:
            ActRefused: nothing is left to ask.
        """
        self._passed.append((self._ask(), None))

    def take_back(self) -> None:
        """Undo the newest answer of this sitting, and ask it again.

        Raises:
            ActRefused: nothing was answered, or it was undone elsewhere.
            RunInProgress: a run is under way.
        """
        for at in reversed(range(len(self._passed))):
            kept = self._passed[at][1]
            if kept is not None:
                undo(self._place, self._keys, kept.decision_id, _UNDO, self._as_name)
                del self._passed[at]
                return
        raise ActRefused("Nothing was answered in this sitting, so nothing is undone.")

    def _ask(self) -> Question:
        question = self.current
        if question is None:
            raise ActRefused("Nothing is left to ask in this sitting.")
        return question

    def _is_settled(self, asked: Asked) -> bool:
        """Tell whether answers so far have settled a question of the queue.

        A link drawn at random is asked whatever else was answered.
        """
        if asked.core_l == asked.core_r or asked.source == "sample":
            return False
        person = self._join_cores()
        a, b = person(asked.core_l), person(asked.core_r)
        return a == b or any(
            {a, b} == {person(q.asked.core_l), person(q.asked.core_r)}
            for q, kept in self._passed
            if kept is not None and kept.verdict == "unlink"
        )

    def _join_cores(self) -> Callable[[int], int]:
        """Give the cores that answers have made one person one number."""
        people: dict[int, int] = {}

        def person(core: int) -> int:
            while core in people:
                core = people[core]
            return core

        for question, kept in self._passed:
            if kept is not None and kept.verdict == "link":
                a, b = person(question.asked.core_l), person(question.asked.core_r)
                if a != b:
                    people[a] = b
        return person


def begin_sitting(
    place: Place, keys: Keys, as_name: str | None = None, most: int = 100
) -> Sitting:
    """Read what a reviewer shall be asked, and all that is shown of it.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        as_name: the reviewer's name, where the system's user is shared.
        most: how many questions at most.

    Raises:
        ActRefused: nothing was linked yet.
        RunInProgress: a run is under way.
    """
    run_id = read_summary(place).get("run_id")
    if run_id is None:
        raise ActRefused("Nobody was linked yet. First: commonground run")
    review, reviewer = load_review_policy(), name_self(as_name)
    with open_for_review(place, keys) as connection:
        load_links(connection, place)
        queue = list_questions(connection, review, run_id, reviewer, most)
        pairs = [(asked.record_l, asked.record_r) for asked in queue]
        shown = sorted({record for pair in pairs for record in pair})
        reasons = {}
        if pairs:
            standardise_shown(connection, shown)
            reasons = weigh_pairs(connection, load_policy(), review, pairs)
        sides = read_sides(connection, shown)
        timelines = read_timelines(connection, place, shown)
    questions = [
        Question(
            asked,
            left := sides[asked.record_l],
            right := sides[asked.record_r],
            compare_sides(left, right),
            reasons.get((asked.record_l, asked.record_r), []),
            (
                timelines.get(asked.record_l, []),
                timelines.get(asked.record_r, []),
            ),
        )
        for asked in queue
    ]
    return Sitting(place, keys, questions, as_name)
