"""Ask whether a set of rows can hold together, one independent part of the ledger at a time.

Rows that share no column, directly or through others, cannot conflict: each such part is a
model of its own, and its answer is remembered for the rows that were in it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial

from numbercheck.consistency.candidates import Columns
from numbercheck.consistency.curve_times import spelled_out
from numbercheck.consistency.deciding import MANY, Decision, Found
from numbercheck.consistency.model import Model
from numbercheck.consistency.modeled import modeled
from numbercheck.consistency.recheck import unsatisfied
from numbercheck.consistency.scope import Question, Scope, reads
from numbercheck.consistency.sizes import Size, sizes
from numbercheck.consistency.solving import UndecidedError, in_time, undecided
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Assumption, Claim
from numbercheck.words import first_of

Rows = frozenset[str]
Part = tuple[Rows, list[Question]]  # that share columns with each other, and with no other part
Records = frozenset[Claim | Assumption]
Answers = dict[tuple[Records, tuple[Question, ...], int], Found | None]
MOST_TRIED = 200  # patients of a cohort that is quicker checked against other rows than solved for


class UnsizedError(LedgerError):
    """No claim prints how many patients there are, and without that nothing can be asked."""

    def __init__(self) -> None:
        super().__init__(
            ["no claim prints how many patients there are; write their number into claims.csv as"
             " the n of a count whose where and among are empty in measures.csv, as the N of a"
             " count without among, or as the n of each group of a partition"]
        )  # fmt: skip


class Search:
    """Feasibility of subsets of a ledger's rows.

    Parameters
    ----------
    ledger : Ledger
        Its claims about patients and its assumptions are the rows, by slug.
    seconds : float
        Most time for one answer.
    extra : iterable of tuple of Expression
        Expressions that a question counts together.

    Raises
    ------
    UnsizedError
        If no claim prints the size of the cohort.
    """

    def __init__(
        self, ledger: Ledger, seconds: float = 60.0, extra: Iterable[Question] = ()
    ) -> None:
        self.ledger, self.seconds, self.extra = ledger, seconds, list(extra)
        self.claims = frozenset(c.claim for c in ledger.claims.values() if not modeled(c, ledger))
        self.assumptions = frozenset(
            a.assumption for a in ledger.assumptions.values() if a.expression.text
        )
        self.fixed = frozenset(
            a for a in self.assumptions if ledger.assumptions[a].switchable != "yes"
        )
        self._answers: Answers = {}
        self._found: list[tuple[int, Columns]] = []

    def changed(self, ledger: Ledger) -> "Search":
        """Search of a ledger that differs in its claims alone, with what is known so far."""
        other = self.reread(ledger)
        other._answers = self._answers
        return other

    def reread(self, ledger: Ledger) -> "Search":
        """Search of a ledger whose rows may mean something else, with the cohorts found so far."""
        other = Search(ledger, self.seconds, self.extra)
        other._found = [*self._found]
        return other

    @property
    def rows(self) -> Rows:
        """Every row."""
        return self.claims | self.assumptions

    def _record(self, row: str) -> Claim | Assumption:
        return self.ledger.claims.get(row) or self.ledger.assumptions[row]

    @cached_property
    def sizes(self) -> list[Size]:
        """Every size of the cohort that claims print, alone or together."""
        return sizes(self.ledger, self.claims)

    @cached_property
    def n(self) -> int:
        """Size that most claims print."""
        return self._stated[0]

    @cached_property
    def _stated(self) -> list[int]:
        """Sizes that claims print, the totals first, and of these the most frequent."""
        every = Counter((len(size.claims) > 1, size.n) for size in self.sizes)
        if not every:
            raise UnsizedError
        ordered = sorted(every, key=lambda size: (size[0], -every[size], size[1]))
        return [*dict.fromkeys(n for _, n in ordered)]

    @property
    def sizing(self) -> Rows:
        """Claims that print the size of the cohort, alone or together."""
        return frozenset().union(*(size.claims for size in self.sizes))

    def restricted(self, active: Iterable[str]) -> Ledger:
        """Ledger that holds only the active rows, as a model reads them."""
        active = set(active)
        claims, assumptions = self.ledger.claims.items(), self.ledger.assumptions.items()
        kept = {name: a for name, a in assumptions if name in active or a.parameter}
        held = {slug: claim for slug, claim in claims if slug in active}
        return spelled_out(replace(self.ledger, claims=held, assumptions=kept))

    def feasible(self, active: Iterable[str]) -> bool:
        """Whether some cohort satisfies all active rows.

        Raises
        ------
        UndecidedError
            If the solver did not find out in time.
        """
        return self._found_in(active) is not None

    def witness(self, active: Iterable[str]) -> Columns | None:
        """Columns of a cohort that satisfies all active rows, or None when there is none."""
        found = self._found_in(active)
        if found is None:
            return None
        return {name: values for cohort in found for name, values in cohort().items()}

    def _found_in(self, active: Iterable[str]) -> list[Found] | None:
        """A cohort of each part, or None; a part without any settles those that are undecided."""
        active = frozenset(active)
        late = None
        for n in self.possible(active):
            try:
                if (found := self._of(n, active)) is not None:
                    return found
            except UndecidedError as error:
                late = error
        if late:
            raise late
        return None

    def _of(self, n: int, active: Rows) -> list[Found] | None:
        """A cohort of n patients, of each part."""
        found: list[Found] = []
        late: list[UndecidedError] = []
        rows: list[str] = []
        for part in self._in_turn(n):
            try:
                answer = self._answer(part, active, n)
            except UndecidedError as error:
                late.append(error)
                rows += sorted(part[0] & active)
                continue
            if answer is None:
                return None
            found.append(answer)
        if late:
            told = f"{late[0]}; it is about {len(rows)} of {len(active)} numbers and assumptions"
            raise UndecidedError(f"{told}: {first_of(rows)}")
        return found

    def models(self, active: Iterable[str]) -> Iterator[Model]:
        """A fresh model of each part, for questions that have a goal."""
        n = self.size(active)
        for part, questions in self.parts:
            yield Model(Scope(self.restricted(part & frozenset(active)), questions), n)

    def possible(self, active: Iterable[str]) -> list[int]:
        """Sizes of the cohort that the active claims leave; none if they print several.

        If they print none, every size that some claim prints.
        """
        stated = {size.n for size in self.sizes if size.claims <= frozenset(active)}
        return [] if len(stated) > 1 else [*stated] or self._stated

    def size(self, active: Iterable[str]) -> int:
        """Size of a cohort of the active claims, which must not print several."""
        return self.possible(active)[0]

    def infeasible_part(self, active: Iterable[str]) -> Rows:
        """Rows of a part that no cohort satisfies, with those on its size where these differ."""
        active = frozenset(active)
        parts = [self._infeasible_part(active, n) for n in self.possible(active)]
        return frozenset().union(*parts, self.sizing & active if len(self._stated) > 1 else ())

    def _infeasible_part(self, active: Rows, n: int) -> Rows:
        for part in self._in_turn(n):
            with suppress(UndecidedError):
                if self._answer(part, active, n) is None:
                    return part[0] & active
        raise undecided(self.seconds, timed=False)

    def suits(self, columns: Columns, rows: Rows) -> bool:
        """Whether a cohort satisfies some rows, checked outside the solver."""
        if not set().union(*map(self._columns, rows)) <= columns.keys():
            return False  # a column that the cohort does not have would pass for missing values
        return not unsatisfied(self.ledger, columns, rows, self.size(rows))

    def _answer(self, part: Part, active: Rows, n: int) -> Found | None:
        """Answer for one part: remembered, known from a cohort already found, or decided."""
        rows, questions = part[0] & active, part[1]
        if not (rows or questions):
            return dict  # nothing is said of these columns
        key = frozenset(map(self._record, rows)), tuple(questions), n
        if key not in self._answers and in_time():
            known = (c for m, c in self._found if m == n and self._is_of(c, part))
            fitting = next((c for c in known if self.suits(c, rows)), None)
            self._answers[key] = partial(dict, fitting) if fitting else self._decide(part, rows, n)
        return self._answers[key]

    def _is_of(self, columns: Columns, part: Part) -> bool:
        """Whether a cohort has columns of one part, and of no other."""
        own = set().union(*map(self._columns, part[0]), *map(self._with_evaluable, part[1]))
        return bool(columns) and columns.keys() <= own

    def _decision(self, part: Part, rows: Rows, n: int) -> Decision:
        return Decision(Scope(self.restricted(part[0] & rows), part[1]), n, self.seconds)

    def _decide(self, part: Part, rows: Rows, n: int) -> Found | None:
        """Decide anew, and keep a cohort for other rows, unless it is quicker solved for."""
        decision = self._decision(part, rows, n)
        found = decision.cohort()
        if found and (n <= MOST_TRIED or decision.is_timed):
            self._found.append((n, found()))
        return found

    def refuted(self, active: Rows) -> bool:
        """Whether a small model already shows that many patients cannot satisfy some rows."""
        return all(
            any(self._decision(part, active, n).is_refuted() for part in self.parts)
            for n in self.possible(active)
        )

    def _in_turn(self, n: int) -> list[Part]:
        """The parts, in the order in which to ask them of so many patients."""
        return self._quickest if n > MANY else self.parts

    @cached_property
    def _quickest(self) -> list[Part]:
        """The parts, those without times first."""
        return sorted(self.parts, key=lambda part: self._decision(part, self.rows, self.n).is_timed)

    @cached_property
    def parts(self) -> list[Part]:
        """Rows, and questions, that share columns with each other."""
        members: list[tuple[set[str], set[str], list]] = []
        for slug in sorted(self.rows):
            _merge(members, (self._columns(slug), {slug}, []))
        for question in self.extra:
            _merge(members, (self._with_evaluable(question), set(), [question]))
        return [(frozenset(rows), extra) for _, rows, extra in members]

    def _columns(self, slug: str) -> set[str]:
        if slug in self.assumptions:
            return self._with_evaluable((self.ledger.assumptions[slug].expression,))
        return self._with_evaluable(
            reads(self.ledger, self.ledger.measures[self.ledger.claims[slug].measure])
        )

    def _with_evaluable(self, question: Question) -> set[str]:
        """Columns that some expressions read, and those that say for whom they have a value."""
        columns = {name for e in question for name in e.names}
        grown: set[str] = set()
        while grown != columns:
            grown = set(columns)
            for column in grown:
                columns |= set(self.ledger.variables[column].evaluable.names)
        return columns


def _merge(members: list[tuple[set, set, list]], new: tuple[set, set, list]) -> None:
    """Merge a row with every part that shares a column with it."""
    touching = [m for m in members if m[0] & new[0]] if new[0] else [m for m in members if not m[0]]
    for part in touching:
        members.remove(part)
        new = (new[0] | part[0], new[1] | part[1], part[2] + new[2])
    members.append(new)
