"""The demonstration: a stack of its own or the running one, people of `deploy.simulation` in it, and the proof.

Pure: `report`. The rest performs.
"""
