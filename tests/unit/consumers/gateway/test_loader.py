from __future__ import annotations

from consumers.gateway.loader import Loader
from consumers.gateway.session import Load
from runtime.kept_messages import Away, Kept
from runtime.transcripts import Transcripts
from schemas import live
from tests.support.gateway_parts import HurriedClock, Listener, a_broker
from tests.support.waiting import eventually


class Comes:
    """A database that is away, then knows nothing, then knows."""

    def __init__(self, *answers: live.DetailsState) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def details(self, workspace: str, interaction_id: str, at_ms: int) -> live.Details:
        self.asked += 1
        state = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if state is live.DetailsState.AWAY:
            raise Away
        return live.Details(interaction_id=interaction_id, at_ms=at_ms, state=state)

    async def messages(self, workspace: str, interaction_id: str, partition: int, after: int, limit: int) -> Kept:
        return Kept(messages=(), next_offset=0, more=False)


def a_loader(listener: Listener, records: Comes) -> Loader:
    broker = a_broker()
    return Loader(records, Transcripts(records, broker.reader()), HurriedClock(), listener.tell, lambda _: 0)


def states(listener: Listener) -> list[live.DetailsState]:
    return [frame.state for frame in listener.told if isinstance(frame, live.Details)]


async def test_details_say_that_the_database_is_away_and_follow_when_it_is_back() -> None:
    listener = Listener()
    away, unknown, known = live.DetailsState.AWAY, live.DetailsState.UNKNOWN, live.DetailsState.KNOWN
    loader = a_loader(listener, Comes(away, away, unknown, known))
    listener.session.subscriptions = ("i1",)
    loader.load(listener.session, Load("i1", -1))
    await eventually(lambda: known in states(listener))
    assert states(listener) == [away, unknown, known]
    await loader.stop()


async def test_a_transcript_comes_with_the_details() -> None:
    listener = Listener()
    loader = a_loader(listener, Comes(live.DetailsState.KNOWN))
    listener.session.subscriptions = ("i1",)
    loader.load(listener.session, Load("i1", -1))
    await eventually(lambda: len(listener.told) == 2)
    [transcript] = [frame for frame in listener.told if isinstance(frame, live.Transcript)]
    assert transcript.complete
    await loader.stop()


async def test_nothing_is_read_for_who_does_not_want_it_any_more() -> None:
    listener = Listener()
    records = Comes(live.DetailsState.AWAY)
    loader = a_loader(listener, records)
    listener.session.subscriptions = ("i1",)
    loader.load(listener.session, Load("i1", -1))
    await eventually(lambda: records.asked > 3)
    listener.session.subscriptions = ()
    await eventually(lambda: loader.is_idle)


async def test_who_may_not_see_it_any_more_is_told_nothing_when_the_database_is_back() -> None:
    listener = Listener()
    records = Comes(live.DetailsState.AWAY)
    loader = a_loader(listener, records)
    listener.session.subscriptions = ("i1",)
    loader.load(listener.session, Load("i1", -1))
    await eventually(lambda: records.asked > 3)
    listener.workspace.apply(listener.floor.ended("i1"))
    records.answers = [live.DetailsState.KNOWN]
    await eventually(lambda: loader.is_idle)
    assert states(listener) == [live.DetailsState.AWAY]


async def test_who_asks_again_and_again_is_answered_once() -> None:
    listener = Listener()
    records = Comes(live.DetailsState.KNOWN)
    loader = a_loader(listener, records)
    listener.session.subscriptions = ("i1",)
    for after in (-1, 5, 7):
        loader.load(listener.session, Load("i1", after))
    await eventually(lambda: loader.is_idle)
    assert states(listener) == [live.DetailsState.KNOWN]
    assert len([frame for frame in listener.told if isinstance(frame, live.Transcript)]) == 1


async def test_what_stays_unknown_is_not_asked_for_ever() -> None:
    listener = Listener()
    records = Comes(live.DetailsState.UNKNOWN)
    loader = a_loader(listener, records)
    listener.session.subscriptions = ("i1",)
    loader.load(listener.session, Load("i1", -1))
    await eventually(lambda: loader.is_idle)
    assert records.asked < 30
