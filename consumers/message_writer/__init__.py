"""Keeps messages: messages.v1 into the table `messages`, each message once, in the log's order.

The position is the table's own mark, moved in the transaction of the rows, never the group's: what is in the table was
read, and what was read is in the table. A message of an interaction that nobody knows yet is kept like any other.
"""
