"""The book city: the company of the examples, in Guangzhou."""

from __future__ import annotations

from typing import Final

from deploy.local.plan import ROOT
from deploy.simulation.company import Company
from deploy.simulation.contacts import ADAPTERS, Known, known_customers
from producers.admin.document import Format, parse

WORKSPACE: Final = "bookcity"
EXAMPLES: Final = ROOT / "deploy" / "examples"
DOCUMENT: Final = EXAMPLES / "bookcity.yaml"
CUSTOMERS: Final = EXAMPLES / "bookcity_customers.csv"
SCENARIO: Final = EXAMPLES / "bookcity_day.yaml"


def company() -> Company:
    """The book city as its document has it."""
    return Company(
        workspace=WORKSPACE,
        document=DOCUMENT.read_text(encoding="utf-8"),
        adapters=tuple(ADAPTERS.values()),
        customers=CUSTOMERS,
    )


def agents() -> tuple[str, ...]:
    """Who works there."""
    return tuple(parse(DOCUMENT.read_text(encoding="utf-8"), Format.YAML)["agents"])


def known() -> tuple[Known, ...]:
    """The customers on file."""
    return known_customers(CUSTOMERS.read_text(encoding="utf-8"))
