"""CloudEvents over HTTP: what channel adapters post goes into the log; what routing decided comes back by long poll.

Pure: bodies, validation, cloudevents, parse, problems, buckets, access, cursor, feed, openapi.
I/O: receiver (POST), tail and polling (GET decisions), sending (to Kafka), app and server (putting together).
"""
