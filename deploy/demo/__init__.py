"""The demonstration: a book city's contacts over the real HTTP interface, scripted agents over the real gateway.

Pure: `draws, contacts, pace, script, record, outcomes, ledger, report, words`. The rest performs.
"""
