"""Keeps the public view of every workspace as snapshots, so that a gateway starts without reading all decisions.

Pure: `saving` (and `schemas.view`, the fold). I/O: `worker`.
"""
