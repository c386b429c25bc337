from __future__ import annotations

import pytest

from consumers.gateway.screen_pop import PostgresRecords, details_of
from runtime.kept_messages import Away
from runtime.postgres import connect_pool
from runtime.settings import Postgres
from schemas.live import DetailsState, ShownContactPoint

ROW = {
    "customer_name": "Mr Li",
    "subject": "Where is my book",
    "language": "en",
    "received_ms": 5,
    "contact_points": '[{"kind": "phone", "value": "+8613800138000"}]',
    "attributes": '{"order": "17"}',
    "channel": "phone",
    "customer_id": "c_1",
    "name": "Li Wei",
    "kind": "person",
    "card_type": "senior",
    "tier": "gold",
    "customer_language": "zh-CN",
    "owner": "ana",
    "preferred_agent": None,
    "do_not_contact": None,
}


def test_the_customer_s_own_name_and_language_go_before_the_adapter_s() -> None:
    details = details_of("i1", ROW, 9)
    assert (details.customer_name, details.language, details.tier) == ("Li Wei", "zh-CN", "gold")
    assert details.contact_points == (ShownContactPoint(kind="phone", value="+8613800138000"),)
    assert details.attributes == {"order": "17"}
    assert not details.do_not_contact


def test_an_anonymous_contact_has_what_the_adapter_said() -> None:
    nobody = {**ROW, "customer_id": None, "name": None, "customer_language": None}
    details = details_of("i1", nobody, 9)
    assert (details.state, details.customer_id, details.customer_name) == (DetailsState.KNOWN, None, "Mr Li")


def test_no_row_is_not_known_yet() -> None:
    assert details_of("i1", None, 9).state is DetailsState.UNKNOWN


async def test_a_database_that_is_not_there_is_away() -> None:
    async with connect_pool(Postgres(url="postgresql://nobody@127.0.0.1:1/none", connect_timeout_ms=200)) as pool:
        records = PostgresRecords(pool)
        with pytest.raises(Away):
            await records.details("shop", "i1", 1)
        with pytest.raises(Away):
            await records.messages("shop", "i1", 0, -1, 10)
