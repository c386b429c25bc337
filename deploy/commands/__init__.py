"""The commands of `hubline`, one module each.

A module exposes `register(app)`, which adds its commands, and imports what is heavy inside the commands' functions.
`deploy.cli.MODULES` names the modules.
"""
