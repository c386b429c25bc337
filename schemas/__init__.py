"""The contracts: every event, command, value and topic, with no I/O.

Bottom layer of the tree: nothing here imports another package of the product. What stands on the wire or in a log
is one of these Structs, written by `schemas.codec`.
"""
