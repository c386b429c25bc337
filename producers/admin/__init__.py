"""Sign-in, keys, tickets, workspace documents with their outbox, and what is known of customers.

Pure: document, durations, problems, fields, sections, references, compile, changes, patch, customer_record, customer_file,
passwords' policy. I/O: server, the stores and the two relays.
"""
