"""Customers' chats and forms: an adapter, and a reconciler.

Invariants: a message is acknowledged after Kafka has it; every id is derived, so what is said again is the same thing; what a
page is shown comes from the logs alone; a token is kept as its digest; whoever is gone for the grace has left, also when
this process was away meanwhile; effects are never replayed: at a start the view is compared with the sockets that are there.
Pure: session, showing, events, chat, watching, absences, identity, forms, attachments, origins, addresses, problems.
I/O: sockets, opening, posting, reconciler, liveness, stores, vault, routes, app.
"""
