"""Each customer's ordered history: decisions, messages and what identity says become timeline.entries.v1.

Entries' ids follow from what they were made of, so that a repetition is the same entry; the writer keeps an id once.
Routing says whose an interaction is, and on which channel, only when it changes: that is kept in a table until the
interaction is over. Each value in it holds the last decision applied, and what is not above that is passed over.
Order within a batch: entries are acknowledged, then what is known, then the workspace's mark, then what is over goes.
"""
