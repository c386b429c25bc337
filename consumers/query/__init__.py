"""What is known, asked over HTTP: customers, their timelines, interactions, queues, agents and figures.

Pure: problems, parameters, permissions, masking, cursor, answers, periods, floor, openapi, examples. I/O: the stores
(customers, timeline, interactions, intervals), live, app, server. Nothing is written here, and personal data is never
logged.
"""
