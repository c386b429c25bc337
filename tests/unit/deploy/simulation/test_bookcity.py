from __future__ import annotations

from deploy.simulation.bookcity import WORKSPACE, company, known
from deploy.simulation.contacts import ADAPTERS
from producers.admin.compile import compile_document
from producers.admin.document import Format, parse


def test_the_book_city_is_the_company_of_its_document_with_an_adapter_for_each_channel() -> None:
    made = company()
    assert compile_document(parse(made.document, Format.YAML)).workspace == made.workspace == WORKSPACE
    assert set(made.adapters) == set(ADAPTERS.values())
    assert not made.as_given


def test_its_customers_on_file_can_be_recognised_on_every_channel() -> None:
    assert {kind for one in known() for kind in one.points} == {"phone", "web_account", "email", "card"}
