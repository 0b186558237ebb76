"""Column by column: which field it fills, and what about that is not certain."""

from __future__ import annotations

from collections.abc import Iterable

from flows.layouts import PRESENCE
from flows.onboarding import columns as judged
from flows.onboarding.names import (
    DELETED_WORDS,
    Candidate,
    Names,
    field_kind,
    normalise,
)
from flows.onboarding.profile import Profile
from flows.onboarding.proposal import Proposal

_CLOSENESS = {"exact": 0, "known": 1, "similar": 2}


class Proposer:
    """Proposes what each column of one file fills."""

    def __init__(self, names: Names, proposal: Proposal, profiles: list[Profile]):
        """Take the file's proposal so far, to be filled, and its columns."""
        self.names, self.proposal, self.profiles = names, proposal, profiles
        self.sector = names.sector
        self.taken: dict[str, str] = {}
        self.formats: tuple[str, ...] = ()
        self.proven = judged.prove_formats(profiles)

    def fill(self, wanted: Iterable[Profile], allowed: set[str]) -> None:
        """Propose a field, or none, for each of some columns."""
        order = []
        for profile in wanted:
            candidates = [
                c for c in self.names.find(profile.heading) if c.field in allowed
            ]
            order.append((self._rank(candidates, profile), profile, candidates))
        for _, profile, candidates in sorted(order, key=lambda item: item[0]):
            free = [c for c in candidates if c.field not in self.taken]
            if free:
                self._take(profile, free[0])
            elif candidates:
                self._leave_rival(profile, candidates[0])
            else:
                self._leave_or_guess(profile, allowed)
        columns = self.proposal.columns
        self.proposal.columns = {
            p.heading: columns[p.heading] for p in self.profiles if p.heading in columns
        }

    def judge(
        self, profile: Profile, known: Candidate, *, is_fixed: bool = False
    ) -> None:
        """Mark what is not certain about a column and the field it fills.

        Args:
            profile: the column.
            known: the field.
            is_fixed: a shipped layout says how it is read.
        """
        name, evidence = profile.heading, profile.words
        proposed = f"read as {known.field}"
        if known.closeness == "similar":
            self.proposal.doubt(name, f"Is this {known.field}?", proposed, evidence)
        if known.target is not None and known.target.values == PRESENCE:
            # Words of any shape may stand there; only that they do is read.
            return
        if wrong := judged.find_disagreement(
            self.sector, known.field, profile, self.formats
        ):
            question = f"Its values do not look like {known.field}: is it?"
            self.proposal.doubt(name, question, proposed, f"found {wrong}; {evidence}")
            return
        kind = field_kind(self.sector, known.field)
        if kind in ("type", "flag") and profile.filled:
            self._judge_list(profile, known, is_fixed)
        dated = kind in ("date", "birth_date") and not self.formats
        if dated and (question := judged.find_date_doubt(profile, self.proven)):
            self.proposal.doubt(name, question, proposed, evidence)

    def _rank(self, found: list[Candidate], profile: Profile) -> tuple[int, bool, int]:
        if not found:
            return (3, False, profile.place)
        wrong = judged.find_disagreement(
            self.sector, found[0].field, profile, self.formats
        )
        return (_CLOSENESS[found[0].closeness], bool(wrong), profile.place)

    def _take(self, profile: Profile, known: Candidate) -> None:
        kind = field_kind(self.sector, known.field)
        values: str | dict[str, str] = {}
        if kind in ("type", "flag"):
            values = judged.read_list(
                self.sector, known.field, profile, known, is_fixed=False
            ).values
        self.taken[known.field] = profile.heading
        self.proposal.columns[profile.heading] = judged.write_target(
            known.field, values, known
        )
        self.judge(profile, known)

    def _judge_list(self, profile: Profile, known: Candidate, is_fixed: bool) -> None:
        if known.target is not None and known.target.others:
            return
        read = judged.read_list(
            self.sector, known.field, profile, known, is_fixed=is_fixed
        )
        if read.unknown_rows:
            self.proposal.doubt(
                profile.heading,
                f"Values that no value map of {known.field} knows: what do they mean?",
                f"read by {read.label}; the others land empty, with a remark",
                f"{read.unknown_values:,} different values in {read.unknown_rows:,} of "
                f"{profile.filled:,} rows are in no map",
            )

    def _leave_rival(self, profile: Profile, known: Candidate) -> None:
        holder = self.taken[known.field]
        self.proposal.ignored[profile.heading] = f"{known.field} is taken"
        self.proposal.doubt(
            profile.heading,
            f"Both this and {holder!r} could be {known.field}: which is?",
            "ignored",
            profile.words,
        )

    def _leave_or_guess(self, profile: Profile, allowed: set[str]) -> None:
        name, proposal = profile.heading, self.proposal
        if normalise(name) in DELETED_WORDS:
            proposal.ignored[name] = "marks deleted rows?"
            question = "Does this mark rows that were deleted? Then: deleted_when"
            proposal.doubt(name, question, "ignored", profile.words)
        elif layout := self.names.ignored.get(normalise(name)):
            proposal.ignored[name] = f"ignored in layout {layout}, too"
        elif private := judged.find_private(profile):
            proposal.ignored[name] = private
        else:
            self._guess(profile, allowed - set(self.taken))

    def _guess(self, profile: Profile, free: set[str]) -> None:
        """Propose a field by the shape of the values alone; always a doubt."""
        name = profile.heading
        guess = judged.find_identifier(profile)
        if guess not in free:
            guess = judged.find_list(self.sector, free, profile)
        if guess:
            question = f"Nothing in the name says so, but is this {guess}?"
            self.proposal.doubt(name, question, f"read as {guess}", profile.words)
            self._take(profile, Candidate(guess, "known"))
            return
        self.proposal.ignored[name] = "not recognised"
        question = "What is this? Map it to a field, or leave it ignored."
        self.proposal.doubt(name, question, "ignored", profile.words)
