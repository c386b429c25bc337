"""Keeps figures by intervals: metrics.intervals.v1 into the table `metric_intervals`, of each group and interval the newest.

The position is the table's own mark, moved in the transaction of the rows. A row is replaced only by one that is complete
up to a later decision or cut later, so what comes twice or too late changes nothing.
"""
