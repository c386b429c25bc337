"""Which pages may talk to us. Pure."""

from __future__ import annotations

import msgspec


class Origins(msgspec.Struct, frozen=True, kw_only=True):
    """`allowed`: origins as browsers write them; `own`: pages that this server gave out itself may come too; `none`:
    programs that name no origin may.
    """

    allowed: frozenset[str]
    own: bool
    none: bool

    def admits(self, origin: str | None, host: str) -> bool:
        """Whether a request of that `Origin`, sent to that `Host`, is let in."""
        if origin is None:
            return self.none
        return origin in self.allowed or (self.own and bool(host) and origin in {f"http://{host}", f"https://{host}"})


def origins_of(text: str, *, own: bool, none: bool) -> Origins:
    """From a setting with commas."""
    return Origins(allowed=frozenset(one.strip() for one in text.split(",") if one.strip()), own=own, none=none)
