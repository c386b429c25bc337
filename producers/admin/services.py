"""What the HTTP interface works with, put together once at start."""

from __future__ import annotations

import msgspec

from producers.admin.accounts import Accounts
from producers.admin.commander import Commander
from producers.admin.customers import Customers
from producers.admin.hand_overs import HandOvers
from producers.admin.merge_suggestions import MergeSuggestions
from producers.admin.merges import Merges
from producers.admin.passwords import Attempts, Passwords
from producers.admin.publication import Publication
from producers.admin.versions import Versions
from runtime.clock import Clock
from runtime.credentials import BearerVerifier, TicketIssuer
from runtime.metrics import Metrics


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a request may need. `region` reads phones without a country code."""

    accounts: Accounts
    versions: Versions
    publication: Publication
    customers: Customers
    merges: Merges
    merge_suggestions: MergeSuggestions
    commander: Commander
    hand_overs: HandOvers
    verifier: BearerVerifier
    tickets: TicketIssuer
    passwords: Passwords
    user_attempts: Attempts
    address_attempts: Attempts
    region: str
    metrics: Metrics
    clock: Clock
