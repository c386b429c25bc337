from __future__ import annotations

from consumers.gateway import backlog
from consumers.gateway.backlog import Backlog


class Pipe:
    """A sink with room for so many frames."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.got: list[bytes] = []

    def has_room(self) -> bool:
        return self.room > 0

    def write(self, data: bytes) -> None:
        self.room -= 1
        self.got.append(data)


def test_frames_leave_in_order_as_there_is_room() -> None:
    waiting = Backlog()
    assert all(waiting.hold(data) for data in (b"1", b"2", b"3"))
    pipe = Pipe(room=2)
    assert not waiting.release(pipe)
    pipe.room = 9
    assert waiting.release(pipe)
    assert pipe.got == [b"1", b"2", b"3"]


def test_a_full_sink_is_not_room_for_more() -> None:
    waiting = Backlog()
    assert waiting.hold(b"1")
    assert not waiting.release(Pipe(room=1))


def test_too_many_frames_or_too_much_is_refused() -> None:
    many = Backlog()
    assert all(many.hold(b"x") for _ in range(backlog.FRAMES))
    assert not many.hold(b"x")
    much = Backlog()
    assert not much.hold(b"x" * (backlog.BYTES + 1))


def test_a_client_is_behind_from_the_first_change_it_missed() -> None:
    waiting = Backlog()
    waiting.fall_behind(5)
    waiting.fall_behind(9)
    assert waiting.behind_from == 5
