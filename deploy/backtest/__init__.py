"""Recorded calls through the pure routing engine in virtual time, beside what was recorded: `hubline backtest`.

Nothing here reaches outside but `files` and `running`: no broker, no clock. The same log, document and seed give the
same result.
"""
