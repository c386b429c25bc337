"""Keeps the timeline: timeline.entries.v1 into the table `timeline_entries`, each entry once, by months of the events.

The position is the table's own mark, moved in the transaction of the rows. Months are made as rows need them and dropped
whole when they are past retention; what lies outside (a sender's clock may be wrong) goes into a partition of its own.
"""
