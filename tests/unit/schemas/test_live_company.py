"""Agents' wishes about somebody else."""

from __future__ import annotations

import msgspec
import pytest

from schemas import live
from schemas.vocabulary import ConsultEnd


def test_a_consult_s_end_is_one_of_three() -> None:
    said = b'{"type":"command","command_id":"k_12345678","do":{"name":"finish_consult","leg_id":"i.1","how":"join"}}'
    frame = msgspec.json.decode(said, type=live.Command)
    assert frame.do == live.FinishConsult(leg_id="i.1", how=ConsultEnd.JOIN)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(said.replace(b"join", b"drop"), type=live.Command)
