"""The independent checker of a routing log: section 8 of the contract, from what was said.

`checker.Checker` is given each input with the decisions that followed and the state they led to. It shares nothing
with the engine's matching: it keeps its own clocks, believes decisions like any follower, and looks at everybody each
time. `hubline fuzz` and `hubline verify` use it.
"""
