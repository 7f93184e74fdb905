"""Claims in words: what each is, how it was printed, why it was judged so, what rests on it."""

import re
from collections import defaultdict
from collections.abc import Iterable

from numbercheck.audit import Verdict
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim

PREMISE = re.compile(r"Other printed numbers follow from it: [\w, ]+\.")


def token(claim: Claim) -> str:
    """Write a claim as printed; one in words by what it says of P."""
    pretty = claim.printed.replace(">=", "≥").replace("<=", "≤")
    return f"P {pretty}" if claim.verbal else pretty


def printed(claim: Claim) -> str:
    """The token, with a word where the article has no number."""
    return f"{token(claim)} (in words)" if claim.verbal else token(claim)


def reason(verdict: Verdict) -> str:
    """Why the verdict is so; the claims that follow from it are listed as links instead."""
    return PREMISE.sub("Other printed numbers follow from it.", verdict.reason)


def following(verdicts: Iterable[Verdict], ledger: Ledger) -> dict[str, list[Claim]]:
    """For each claim, those that were computed from it."""
    follows: dict[str, list[Claim]] = defaultdict(list)
    for verdict in verdicts:
        for claim in dict.fromkeys(verdict.inputs):
            follows[claim].append(ledger.claims[verdict.claim])
    return follows
