"""Keeps what supervisors did: the answers to their commands in routing.decisions.v1 into the table `interventions`.

The position is the table's own mark, moved in the transaction of the rows. An act is known by its decision's
`(epoch, seq)`, so that it is kept once. Other decisions are passed over unread.
"""
