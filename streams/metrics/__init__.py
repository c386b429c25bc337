"""Figures of each workspace: a fold of its decisions, exact to a place `(epoch, seq)`; docs/metrics.md defines them.

Pure: `kept` (what is remembered), `spans` (intervals and days), `tally` and `counting` (what a decision counts),
`standing` (how things stand), `state` and `fold`, `measure`, `writes` (what goes to the table, in which order), `telling`
(what is published when). The shell is `agent`, on Faust.

Every record of the table has the mark up to which it is complete, and ignores what is not above it. Of a batch the counts
are written first, then up to where they go, then what the next counts are computed from. A crash leaves the first part of
these writes: the batch is then read again, and whatever is ahead ignores it.
"""
