"""What an article prints, and which values could have been printed so.

Rounding is exact. A float stands for its shortest decimal form, and one within ``NOISE`` of
a tie is the tie, so 0.5 computed as 0.49999999999999994 rounds as 0.5 does. Fractions, whole
numbers and decimals are taken at their word.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from numbers import Rational

NOISE = Fraction(1, 10**12)  # relative; ten thousand times a float's, far below any k/n
SLACK = 1e-9  # relative; widens ranges before an exact comparison decides
SIGNS = {"≤": "<=", "≥": ">=", "⩽": "<=", "⩾": ">=", "": "="}
SPACE = "[ \t\u00a0\u2008\u2009\u202f]"
MINUS = "[-\u2212\u2013]"
MOST_DIGITS = 15  # that a float tells apart
PATTERN = re.compile(
    rf"(?:[Pp]{SPACE}*(?=[<>=≤≥⩽⩾]))?(?P<relation><=|>=|[<>=≤≥⩽⩾]|){SPACE}*(?P<minus>{MINUS}?)"
    rf"(?P<whole>[1-9]\d{{0,2}}(?:(?:,|{SPACE})\d{{3}})+|\d+|(?=[.·∙⋅]))"
    r"(?:[.·∙⋅](?P<decimals>\d+))?"
    rf"(?:(?:[eE]|{SPACE}*[×x]{SPACE}*10\^?)(?P<exponent>{MINUS}\d{{1,2}}))?{SPACE}*(?P<unit>%?)",
    re.ASCII,
)
UNREACHED = re.compile(
    r"N\.?[EAR]\.?|N/[AER]|not (yet )?(reached|estimable|evaluable|available)|[-–—−]|∞",
    re.IGNORECASE,
)
ADVICE = (
    (r"\D*\d+,\d+\D*", "write a decimal comma as a point, as in 94.3"),
    (r"n\.?s\.?|not significant", "write >=0.05, with yes in the column verbal"),
    (r".*\d.*(\(|–|-|to|/).*\d.*", "give each of its numbers a row of its own"),
)
FORM = (
    "write digits with a point, and if need be one of < <= > >= before them and % after them, "
    "as in 94%, 69.0, <0.05 or 1,234; or NE for what was not reached"
)
HALF = Fraction(1, 2)
Number = Rational | Decimal | float


@dataclass(frozen=True)
class Printed:
    """A number as printed: ``94%``, ``69.0``, ``<0.05``, ``P≥0.05``, ``−1.2``, ``1,234``, ``NE``.

    Attributes
    ----------
    text : str
        As given.
    value : float
        In the printed unit: 94 for ``94%``. NaN for ``NE``, ``NR``, ``not reached`` and the like.
    decimals : int
        Digits printed after the point; five for ``1.2e-4``.
    relation : {"=", "<", "<=", ">", ">=", "unreached"}
        How the printed number relates to the value it reports.
    unit : {"", "%"}
        What follows the number.

    Raises
    ------
    ValueError
        If the text is not a number in one of these forms.
    """

    text: str
    value: float = field(init=False, compare=False)
    decimals: int = field(init=False, compare=False)
    relation: str = field(init=False, compare=False)
    unit: str = field(init=False, compare=False)
    exact: Fraction = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.text, str) and UNREACHED.fullmatch(self.text.strip()):
            self._set(exact=Fraction(0), value=math.nan, decimals=0, unit="", relation="unreached")
            return
        parts = _parse(self.text)
        digits = parts["decimals"] or ""
        whole = re.sub(r"\D", "", parts["whole"])
        decimals = len(digits) + int(re.sub(r"\D", "", parts["exponent"] or "0"))
        exact = Fraction(int(f"{'-' if parts['minus'] else ''}{whole}{digits}"), 10**decimals)
        self._set(exact=exact, value=float(exact), decimals=decimals)
        self._set(unit=parts["unit"], relation=SIGNS.get(parts["relation"], parts["relation"]))

    def _set(self, **fields: object) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @cached_property
    def step(self) -> Fraction:
        """One unit of the last printed digit."""
        return Fraction(1, 10**self.decimals)

    def admits(self, value: Number) -> bool:
        """Whether ``value``, in the printed unit, could have been printed so.

        It rounds half up, or half to even, to the printed digits; beside a relation, it
        satisfies it. NaN and infinities are admitted just where a limit was not reached.
        """
        if self.relation == "unreached" or not math.isfinite(value):
            return self.relation == "unreached" and not math.isfinite(value)
        if self.relation != "=":
            if abs(float(value) - self.value) > 1e-6 * (1 + abs(self.value)):
                return (value < self.value) == self.relation.startswith("<")  # as fractions do
            return _relates(value, self.relation, self.exact)
        units = 10**self.decimals
        away = abs(float(value) - self.value) * units
        if abs(away - 0.5) > 0.001 and abs(self.value) * units < 1e9:
            return away < 0.5  # far from a tie floats decide as fractions do, much faster
        size = _scaled(value, self.decimals)
        printed = self.exact / self.step
        return printed in (_half_up(size), _half_even(size))

    def admits_computed(self, value: float) -> bool:
        """Whether a program that multiplies and adds in binary could have printed ``value`` so.

        At a tie its last bit decides, so 0.375 of a product prints as 37% or 38%. It decides
        nothing beside a relation: 0.05 is not less than 0.05.
        """
        near = (value, value * (1 - SLACK), value * (1 + SLACK))
        return any(map(self.admits, near if self.relation == "=" else near[:1]))

    def admits_quotient(self, value: Number) -> bool:
        """Whether a program that divides in binary could have printed ``value`` so.

        34.5 days are 1.1 or 1.2 months of 30; but 3.5, which is exact in binary, is not 3.
        """
        is_exact = float(value) * 1024 % 1 == 0
        return self.admits(value) if is_exact else self.admits_computed(float(value))

    def admits_mean(self, total: int, n: int) -> bool:
        """Whether the mean of ``n`` values with this sum could have been printed so.

        A program divides in binary: 643 / 40 is less than 16.075 there, and prints as 16.07.
        """
        return self.admits(Fraction(total, n)) or self.admits(Fraction(total / n))

    def admits_percent(self, k: int, n: int) -> bool:
        """Whether ``k`` of ``n``, which is not 0, could have been printed so in percent.

        Programs compute ``100 * k / n``, or ``k / n * 100``, which is 57.49999999999999 for
        115 of 200.
        """
        return self.admits(100 * k / n) or self.admits(Fraction(k / n * 100))

    def interval(self) -> tuple[Fraction, Fraction]:
        """Closed interval of the values that could be printed so, for a number without relation.

        The end farther from zero is itself admitted only where half to even rounds to it,
        that is, where the last printed digit is even.
        """
        if self.relation != "=":
            raise ValueError(f"{self.text!r} is a bound; only a plain number has two limits")
        return self.exact - self.step / 2, self.exact + self.step / 2

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """Ends of the interval; of a bound the number itself, twice."""
        return self.interval() if self.relation == "=" else (self.exact, self.exact)

    def fractions(self, scale: float = 100.0) -> tuple[float, float]:
        """Range of fractions, within 0 to 1, that a printed number or bound leaves.

        Slightly too wide for exact comparisons, which ``admits`` makes. ``scale`` is 100 where
        percentages are printed, 1 where fractions are.
        """
        low, high = self.ends
        if self.relation == "unreached":
            return 0.0, 1.0
        least = 0.0 if "<" in self.relation else float(low) / scale * (1 - SLACK)
        most = 1.0 if ">" in self.relation else float(high) / scale * (1 + SLACK)
        return max(least, 0.0), min(most, 1.0)


def shift(printed: Printed, k: int) -> Printed:
    """Change the last printed digit by ``k`` units; decimals, relation and unit stay.

    Examples
    --------
    >>> shift(Printed("45%"), 1).text
    '46%'
    """
    number = _digits((printed.exact / printed.step) + k, printed.decimals)
    relation = "" if printed.relation == "=" else printed.relation
    return Printed(f"{relation}{number}{printed.unit}")


def format_rounded(value: Number, decimals: int) -> str:
    """Print ``value`` rounded half up (away from zero), as clinical articles do."""
    if isinstance(value, float):
        size = abs(value) * 10**decimals
        whole = math.floor(size + 0.5) if size < 1e9 else 0
        if whole and abs(size - whole) < 0.499:  # far from a tie floats decide as fractions do
            return _digits(whole if value > 0 else -whole, decimals)
    return _digits(_half_up(_scaled(value, decimals)), decimals)


def with_unit(text: str, unit: str) -> str:
    """Join a number, or a range, and its unit: no space before a percent sign, as English has it.

    Examples
    --------
    >>> with_unit("86 to 100", "%"), with_unit("3", "patients")
    ('86 to 100%', '3 patients')
    """
    return f"{text}{'' if unit == '%' else ' '}{unit}"


def roundings(value: Number, decimals: int) -> dict[str, str]:
    """Print ``value`` by each convention, so that a slip can be named.

    ``truncated`` drops the digits, ``up`` never rounds down, ``double`` rounds first to one
    more decimal and then again, both half up.

    Examples
    --------
    >>> roundings(1600 / 35, 0)  # 45.714...
    {'half-up': '46', 'half-even': '46', 'truncated': '45', 'up': '46', 'double': '46'}
    """
    size = _scaled(value, decimals)
    return {name: _digits(rule(size), decimals) for name, rule in CONVENTIONS.items()}


def _parse(text: str) -> re.Match[str]:
    match = PATTERN.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        advice = next((says for form, says in ADVICE if _has_form(text, form)), FORM)
        raise ValueError(f"{text!r} is not a printed number; {advice}")
    if len(text) > MOST_DIGITS and len(re.sub(r"\D", "", text)) > MOST_DIGITS:
        raise ValueError(f"{text[:40]!r} has more than {MOST_DIGITS} digits; write what is printed")
    return match


def _has_form(text: object, form: str) -> bool:
    return isinstance(text, str) and bool(re.fullmatch(form, text.strip(), re.IGNORECASE))


def _exact(value: Number) -> Fraction:
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    return Fraction(value) if isinstance(value, Decimal) else Fraction(repr(float(value)))


def _settled(value: Number, near: Fraction) -> Fraction:
    """``value``, or ``near`` where only a float's noise keeps them apart."""
    exact = _exact(value)
    noise = 0 if isinstance(value, Rational | Decimal) else NOISE
    return near if abs(exact - near) <= noise * abs(near) else exact


def _relates(value: Number, relation: str, bound: Fraction) -> bool:
    settled = _settled(value, bound)
    if settled == bound:
        return "=" in relation
    return (settled < bound) == relation.startswith("<")


def _scaled(value: Number, decimals: int) -> Fraction:
    """``value`` in units of the last digit, settled on the nearest digit or tie."""
    unit = Fraction(1, 10**decimals)
    return _settled(value, round(2 * _exact(value) / unit) * unit / 2) / unit


def _away(rule: Callable[[Fraction], int]) -> Callable[[Fraction], int]:
    """Apply a rule to the magnitude, so that it treats both signs alike."""
    return lambda size: rule(size) if size >= 0 else -rule(-size)


_half_up = _away(lambda size: math.floor(size + HALF))
_half_even: Callable[[Fraction], int] = round  # Python's own rule for fractions

CONVENTIONS: dict[str, Callable[[Fraction], int]] = {
    "half-up": _half_up,
    "half-even": _half_even,
    "truncated": math.trunc,
    "up": _away(math.ceil),
    "double": lambda size: _half_up(Fraction(_half_up(size * 10), 10)),
}


def _digits(size: Fraction | int, decimals: int) -> str:
    """Write a whole number of last digits; zero has no sign."""
    whole, rest = divmod(abs(int(size)), 10**decimals)
    return f"{'-' if size < 0 else ''}{whole}" + (f".{rest:0{decimals}}" if decimals else "")


def format_number(value: float) -> str:
    """Format a number with 12 significant digits, the same on every processor."""
    return f"{value:.12g}"
