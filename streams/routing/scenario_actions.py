"""What a scenario does, as the inputs that the engine would get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from schemas import ids, inputs, interactions
from schemas.inputs import InputsTopicEvent
from schemas.vocabulary import ConsultEnd, Fault, JoinMode, LegState
from streams.routing.engine import Engine
from streams.routing.legs import INTERACTING
from streams.routing.model import Leg
from streams.routing.scenario_values import MANUAL, Unreadable

WORKSPACE: Final = "scenario"
GATEWAY: Final = "gateway-1"
INCARNATION: Final = 1
START_MS: Final = 1_000_000_000
"""Log time of the scenario's 0s."""
_AUDITED: Final = "scenario"
WRAPPING: Final = frozenset({LegState.WRAP_UP})
CONNECTING: Final = frozenset({LegState.CONNECTING})


class Actions:
    """Makes inputs; keeps what a gateway and an adapter would know: open sessions, who confirms connections."""

    def __init__(self, engine: Engine, confirming: frozenset[str]) -> None:
        self._engine = engine
        self._confirming = confirming
        self._commands = 0
        self.sessions: dict[str, list[str]] = {}

    def inputs(self, verb: str, said: dict[str, Any], path: str) -> list[InputsTopicEvent]:
        """The inputs of one `do`, as the grammar has read it.

        Raises:
            Unreadable: a session is closed of an agent who has never opened one.
        """
        return self._TABLE[verb](self, said, path)

    def _base(self) -> dict[str, Any]:
        self._commands += 1
        return {"workspace": WORKSPACE, "command_id": f"command-{self._commands}", "actor": "scenario"}

    def _login(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        agent = str(said.get("login", said.get("reconnect")))
        self._commands += 1
        session = f"session-{self._commands}"
        self.sessions.setdefault(agent, []).append(session)
        return [
            inputs.AgentSessionOpened(
                workspace=WORKSPACE,
                agent_id=agent,
                gateway=GATEWAY,
                incarnation=INCARNATION,
                session=session,
                status=said.get("status"),
            )
        ]

    def _disconnect(self, said: dict[str, Any], path: str) -> list[InputsTopicEvent]:
        agent = said["disconnect"]
        if agent not in self.sessions:
            raise Unreadable(f"{path}: {agent} has no session to close")
        if not self.sessions[agent]:
            return []
        session = self.sessions[agent].pop()
        return [
            inputs.AgentSessionClosed(
                workspace=WORKSPACE, agent_id=agent, gateway=GATEWAY, incarnation=INCARNATION, session=session
            )
        ]

    def _logout(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        agent = said["logout"]
        self.sessions.get(agent, []).clear()
        return [inputs.LogOut(agent_id=agent, **self._base())]

    def _status(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.SetStatus(agent_id=said["status"], status=said["to"], **self._base())]

    def _next_status(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.SetNextStatus(agent_id=said["next_status"], status=said["to"], **self._base())]

    def _arrive(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        contact = said["arrive"]
        return [
            inputs.InteractionIdentified(
                workspace=WORKSPACE,
                interaction_id=contact,
                adapter="scenario",
                instance="scenario-1",
                channel=said.get("channel", "phone"),
                queue=said.get("queue"),
                customer_id=said.get("customer"),
                tier=said.get("tier"),
                preferred_agent=said.get("preferred"),
                priority=said.get("priority", 5),
                requirements=dict(said.get("require") or {}),
                site=said.get("site"),
                confirms_connection=contact in self._confirming,
            )
        ]

    def _leave(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [interactions.CustomerLeft(workspace=WORKSPACE, interaction_id=said["leave"])]

    def _accept(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        contact, agent = said["accept"], said["by"]
        offer = self._offer(contact, agent)
        found: list[InputsTopicEvent] = [inputs.AcceptOffer(agent_id=agent, offer_id=offer, **self._base())]
        if contact in self._confirming and said.get("connect") != MANUAL:
            leg_id = offer.rpartition("/")[0]
            found.append(interactions.ChannelConnected(workspace=WORKSPACE, interaction_id=contact, leg_id=leg_id))
        return found

    def _reject(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        agent = said["by"]
        return [inputs.RejectOffer(agent_id=agent, offer_id=self._offer(said["reject"], agent), **self._base())]

    def _connected(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        contact = said["connected"]
        leg_id = self._leg(contact, None, CONNECTING)
        return [interactions.ChannelConnected(workspace=WORKSPACE, interaction_id=contact, leg_id=leg_id)]

    def _failed(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        contact = said["failed"]
        fault = Fault(said.get("fault", "agent"))
        leg_id = self._leg(contact, None, CONNECTING)
        return [interactions.ChannelFailed(workspace=WORKSPACE, interaction_id=contact, leg_id=leg_id, fault=fault)]

    def _end(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.EndInteraction(**self._by(said, "end"))]

    def _hold(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.HoldInteraction(**self._by(said, "hold"))]

    def _resume(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.ResumeInteraction(**self._by(said, "resume"))]

    def _transfer(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [
            inputs.TransferInteraction(
                to_queue=said.get("to_queue"),
                to_agent=said.get("to_agent"),
                keep_place=bool(said.get("keep_place", False)),
                **self._by(said, "transfer"),
            )
        ]

    def _consult(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        to_queue, to_agent = said.get("to_queue"), said.get("to_agent")
        return [inputs.StartConsult(to_queue=to_queue, to_agent=to_agent, **self._by(said, "consult"))]

    def _finish_consult(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.FinishConsult(how=ConsultEnd(said["how"]), **self._by(said, "finish_consult"))]

    def _extend_wrap_up(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.ExtendWrapUp(for_ms=said.get("for"), **self._by(said, "extend_wrap_up", WRAPPING))]

    def _finish_wrap_up(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        wrapping = self._by(said, "finish_wrap_up", WRAPPING)
        return [inputs.FinishWrapUp(disposition=said.get("disposition"), **wrapping)]

    def _callback(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        at_ms = START_MS + said["at"] if "at" in said else None
        contact, agent = said["callback"], said.get("agent")
        return [inputs.RequestCallback(interaction_id=contact, at_ms=at_ms, agent_id=agent, **self._base())]

    def _move(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.MoveInteraction(to_queue=said["to_queue"], **self._on(said, "move"))]

    def _assign(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.AssignInteraction(to_agent=said["to"], **self._on(said, "assign"))]

    def _prioritise(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.ReprioritiseInteraction(priority=said["priority"], **self._on(said, "prioritise"))]

    def _cancel(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.CancelInteraction(**self._on(said, "cancel"))]

    def _join(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        mode = JoinMode(said["as"])
        return [inputs.JoinInteraction(agent_id=said["by"], mode=mode, **self._on(said, "join"))]

    def _force_status(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        agent = said["force_status"]
        return [inputs.ForceStatus(agent_id=agent, status=said["to"], reason=_AUDITED, **self._base())]

    def _open(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.QueueOpened(workspace=WORKSPACE, queue=said["open"])]

    def _close(self, said: dict[str, Any], _path: str) -> list[InputsTopicEvent]:
        return [inputs.QueueClosed(workspace=WORKSPACE, queue=said["close"])]

    def _by(self, said: dict[str, Any], verb: str, states: frozenset[LegState] = INTERACTING) -> dict[str, Any]:
        agent = said["by"]
        return {"agent_id": agent, "leg_id": self._leg(said[verb], agent, states), **self._base()}

    def _on(self, said: dict[str, Any], verb: str) -> dict[str, Any]:
        return {"interaction_id": said[verb], "reason": _AUDITED, **self._base()}

    def _legs(self, contact: str) -> tuple[Leg, ...]:
        interaction = self._engine.world.interactions.get(contact)
        return interaction.all_legs() if interaction is not None else ()

    def _leg(self, contact: str, agent: str | None, states: frozenset[LegState]) -> str:
        """The leg of the contact, of the agent where one is named, that is in one of these states; else its main leg."""
        found = self._legs(contact)
        of_agent = [leg for leg in found if leg.state in states and agent in (None, leg.agent_id)]
        chosen = next(iter(of_agent or found), None)
        return ids.leg_id(contact, chosen.number if chosen else 1)

    def _offer(self, contact: str, agent: str) -> str:
        """The offer of the contact that is pending with the agent; without one, its main leg's last."""
        found = self._legs(contact)
        chosen = found[0] if found else None
        for leg in found:
            if leg.agent_id == agent and leg.state is LegState.OFFERED:
                chosen = leg
        number, offers = (1, 1) if chosen is None else (chosen.number, chosen.offers)
        return ids.offer_id(ids.leg_id(contact, number), offers)

    _TABLE: Final[dict[str, Callable[[Actions, dict[str, Any], str], list[InputsTopicEvent]]]] = {
        "login": _login,
        "reconnect": _login,
        "disconnect": _disconnect,
        "logout": _logout,
        "status": _status,
        "next_status": _next_status,
        "arrive": _arrive,
        "leave": _leave,
        "accept": _accept,
        "reject": _reject,
        "connected": _connected,
        "failed": _failed,
        "end": _end,
        "hold": _hold,
        "resume": _resume,
        "transfer": _transfer,
        "consult": _consult,
        "finish_consult": _finish_consult,
        "extend_wrap_up": _extend_wrap_up,
        "finish_wrap_up": _finish_wrap_up,
        "callback": _callback,
        "move": _move,
        "assign": _assign,
        "prioritise": _prioritise,
        "cancel": _cancel,
        "join": _join,
        "force_status": _force_status,
        "open": _open,
        "close": _close,
    }
