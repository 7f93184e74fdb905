"""The templates of the page, and what they call in turning records into text."""

import re
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from numbercheck.ledger.sources import name_of, what
from numbercheck.report.claims import printed, reason, token
from numbercheck.statistics.rounding import Printed, format_rounded, with_unit
from numbercheck.words import SIGNS, STATISTICS, called

STRANGE = re.compile(r"[^A-Za-z0-9_-]")
CODE = re.compile(r"(<code>.*?</code>)", re.DOTALL)
DASH = re.compile(r"–(?<=[\d%>]–)(?=[\d<])")


@cache
def environment(*packages: str) -> Environment:
    """The compiled templates; every value that they insert is escaped.

    Parameters
    ----------
    *packages : str
        Packages whose folder ``templates`` adds to numbercheck's own, or replaces parts of it.
    """
    loaders = [PackageLoader(package) for package in (*packages, "numbercheck.report")]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "slug": slug,
        "rounded": rounded,
        "called": called,
        "what": what,
        "source": lambda name, ledger: name_of(name, ledger).removeprefix("the "),
        "statistic": lambda name: STATISTICS.get(name, name),
        "token": token,
        "printed": printed,
        "reason": reason,
        "sign": SIGNS.get,
        "with_unit": with_unit,
    }
    for name in environment.list_templates():
        environment.get_template(name)
    return environment


def slug(text: str) -> str:
    """Text in a form that is valid in an id and in a link to it."""
    return STRANGE.sub("-", text)


def rounded(value: str, printed: Printed | None) -> str:
    """A value with one decimal more than is printed, else three digits; the tooltip has all."""
    try:
        number = float(value)
        short = f"{number:.0f}" if number == int(number) else f"{number:.3g}"
    except (ValueError, OverflowError):
        return value
    if printed and number != int(number):
        short = format_rounded(number, printed.decimals + 1)
    return short if short == value else Markup('<span title="{}">{}</span>').format(value, short)


def unbroken(html: str) -> str:
    """HTML whose intervals no narrow screen breaks; code stays as it is."""
    parts = CODE.split(html)
    parts[::2] = [DASH.sub("–\N{WORD JOINER}", part) for part in parts[::2]]
    return "".join(parts)
