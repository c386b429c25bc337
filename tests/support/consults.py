"""An engine in the middle of a consult or a conference."""

from __future__ import annotations

from typing import Any

from schemas import inputs
from schemas.configuration import RoutingConfiguration
from schemas.vocabulary import ConsultEnd, LegState
from streams.routing.model import Leg
from tests.support.engine_driver import Driver, a_configuration


class Company(Driver):
    """Drives legs by their agent; the contact is `c1`."""

    end_command = inputs.EndInteraction

    def mine(self, agent: str) -> Leg:
        """The agent's leg, wrap-up last."""
        found = [leg for leg in self.interaction().all_legs() if leg.agent_id == agent]
        return min(found, key=lambda leg: leg.state is LegState.WRAP_UP)

    def of(self, kind: type[inputs.LegCommand], agent: str, **more: Any) -> None:
        """A command about the agent's leg."""
        self.command(kind, agent_id=agent, leg_id=f"c1.{self.mine(agent).number}", **more)

    def take(self, agent: str) -> None:
        """The agent takes the offer of the contact."""
        leg = self.mine(agent)
        self.command(inputs.AcceptOffer, agent_id=agent, offer_id=f"c1.{leg.number}/{leg.offers}")

    def consult(self, agent: str = "bo", by: str = "ana", *, accepted: bool = True) -> None:
        """`by` consults the agent."""
        self.of(inputs.StartConsult, by, to_agent=agent)
        if accepted:
            self.take(agent)

    def finish(self, how: ConsultEnd, by: str = "ana") -> None:
        """`by` finishes the consult."""
        self.of(inputs.FinishConsult, by, how=how)

    def kinds(self) -> list[str]:
        """The names of the last input's decisions, the command's answer left out."""
        return [type(one).__name__ for one in self.decisions if not type(one).__name__.startswith("Command")]


def a_company(*agents: str, configuration: RoutingConfiguration | None = None, **arrival: Any) -> Company:
    """`c1` is connected with ana; the others are signed in."""
    names = ("ana", *(agents or ("bo", "cy")))
    driver = Company(configuration or a_configuration(*names))
    driver.login("ana")
    driver.arrive(**arrival)
    driver.accept()
    driver.login(*names[1:])
    return driver


def a_consult(*agents: str, accepted: bool = True, **more: Any) -> Company:
    """ana consults bo."""
    driver = a_company(*agents, **more)
    driver.consult("bo", accepted=accepted)
    return driver


def a_conference(*agents: str, **more: Any) -> Company:
    """ana and each of these, bo alone if none is named, are in a conference."""
    driver = a_company(*agents, **more)
    for agent in agents or ("bo",):
        driver.consult(agent)
        driver.finish(ConsultEnd.JOIN)
    return driver
