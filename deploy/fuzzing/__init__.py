"""Long seeded simulations of everything that a routing log may hold, each step checked (`hubline fuzz`).

`companies` draws configurations, `deeds` what people, adapters and time do; `life` feeds an engine, its twin and the
checkers; `shrinking` makes a failing log small. All chance comes from one seed: a step is found again by its seed.
"""
