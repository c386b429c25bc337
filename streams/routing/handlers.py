"""Which rule takes which input: the literal dispatch table of all but the log's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from schemas import inputs, interactions
from schemas.vocabulary import Refusal
from streams.routing import (
    callbacks,
    commands,
    configure,
    consulting,
    joining,
    presence,
    succession,
    supervising,
    work,
)
from streams.routing.refusals import Refused
from streams.routing.world import World

Handler = Callable[[World, Any], None]


def not_stopped(_world: World, _event: inputs.WorkspaceResumed) -> None:
    """Nothing is to be resumed."""
    raise Refused(Refusal.WRONG_STATE, "the workspace is not stopped")


TABLE: Final[dict[type[Any], Handler]] = {
    inputs.InteractionIdentified: work.arrived,
    inputs.InteractionUpdated: work.updated,
    interactions.CustomerLeft: work.customer_left,
    interactions.CallbackRequested: work.callback_requested,
    interactions.ChannelConnected: work.channel_connected,
    interactions.ChannelFailed: work.channel_failed,
    interactions.ChannelEnded: work.channel_ended,
    inputs.GatewayStarted: presence.gateway_started,
    inputs.GatewayAlive: presence.gateway_alive,
    inputs.AgentSessionOpened: presence.session_opened,
    inputs.AgentSessionClosed: presence.session_closed,
    inputs.LogOut: commands.log_out,
    inputs.SetStatus: commands.set_status,
    inputs.SetNextStatus: commands.set_next_status,
    inputs.AcceptOffer: commands.accept,
    inputs.RejectOffer: commands.reject,
    inputs.HoldInteraction: commands.hold,
    inputs.ResumeInteraction: commands.resume,
    inputs.EndInteraction: commands.end,
    inputs.StartConsult: consulting.start,
    inputs.FinishConsult: consulting.finish,
    inputs.LeaveConference: joining.leave,
    inputs.TransferInteraction: commands.transfer,
    inputs.ExtendWrapUp: commands.extend_wrap_up,
    inputs.FinishWrapUp: commands.finish_wrap_up,
    inputs.RequestCallback: callbacks.requested,
    inputs.ForceStatus: supervising.force_status,
    inputs.MoveInteraction: supervising.move,
    inputs.AssignInteraction: supervising.assign,
    inputs.ReprioritiseInteraction: supervising.reprioritise,
    inputs.CancelInteraction: supervising.cancel,
    inputs.HandOverAgent: succession.hand_over,
    inputs.JoinInteraction: joining.join,
    inputs.ConfigurationPublished: configure.published,
    inputs.QueueOpened: configure.queue_opened,
    inputs.QueueClosed: configure.queue_closed,
    inputs.WorkspaceResumed: not_stopped,
}
