"""The embedded stack: a real Kafka, a real PostgreSQL and the product's processes on one machine, without Docker or root.

Everything lives in one data folder and listens on 127.0.0.1 only. Processes are their own sessions: they outlive the
supervisor that started them, and the next one adopts or replaces them.
"""
