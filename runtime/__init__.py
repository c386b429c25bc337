"""Everything ambient behind small protocols: settings, clock, randomness, Kafka, the partition worker, PostgreSQL,
dead letters, log, metrics, health and the life of a process.

Only this package (and deploy, tests, bench) touches clocks, randomness and the environment; the others get them handed.
"""
