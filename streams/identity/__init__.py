"""Whose contact is it: interactions.v1 goes in, identified work for routing comes out, in order.

Two positions per partition. *Sent* is the group's: below it everything is in routing.inputs.v1. *Stored* is a mark in
PostgreSQL: below it every row is written and routing was told what identity knows. Where nobody answers in time a
contact goes on unidentified, *stored* stays, and the late pass does it again from there as source `identity.late`.

Crash points, each tested: 1 read, nothing else: read again. 2 rows committed, nothing sent: same offset, sent again with
the customer found then. 3 sent in part or whole, not committed: the engine's mark for the source drops the repetition;
as it may have gone unidentified before, all that is read again passes the late pass too. 4 late rows committed, update
not sent: *stored* has not moved, it moves only after the broker's word. 5 update sent, mark not moved: sent again, dropped.
6 a commit whose answer never came: rows may be there, the mark did not move with them past what was sent.
"""
