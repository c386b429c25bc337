"""The gateway: pushes every change of a workspace to the screens that may see it, and takes agents' commands.

Pure: `authority`, `scopes`, `changes`, `feed`, `backlog`, `session`, `workspace`, `presence`, `results`. I/O: `server`,
`follower`, `sender`, `commander`, `screen_pop`, `transcripts`.
"""
