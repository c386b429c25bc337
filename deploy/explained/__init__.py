"""Traces and states of a workspace as lines for people: pure."""
