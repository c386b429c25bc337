"""Keys that a workspace document may have but that the product does not obey yet.

The one literal table: a pattern of the key's path (`*` for a name, `[]` for a place in a list) and the values, as
routing has them, that ask for nothing more than what happens anyway. Any other value is refused as not supported yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from schemas.configuration import OverflowSettings
from schemas.vocabulary import Strategy

NOT_YET: Final[Mapping[str, tuple[Any, ...]]] = {
    "settings.rank_first": (False,),
    "settings.resume_within": (0,),
    "tiers.*.service_level": (),
    "channels.*.interrupted_by": ((),),
    "hours": ({},),
    "queues.*.hours": (),
    "queues.*.service_level": (),
    "queues.*.short_abandon": (),
    "queues.*.max_waiting": (),
    "queues.*.strategy": (Strategy.LONGEST_IDLE,),
    "queues.*.overflow": (OverflowSettings(),),
    "queues.*.expire_after": (),
    "queues.*.steps[].at": (0,),
    "queues.*.steps[].preferred": (False,),
    "queues.*.steps[].relax": (False,),
    "queues.*.steps[].min_rank": (),
    "queues.*.steps[].max_rank": (),
    "queues.*.steps[].ignore_rank": (False,),
    "queues.*.steps[].same_site": (False,),
    "queues.*.steps[].head_start": (0,),
    "queues.*.steps[].overflow_to": (),
}
