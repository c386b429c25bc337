"""Benchmarks of the product, each beside its peer in the same run, and the peers themselves."""
