"""The gateway: pushes every change of a workspace to the screens that may see it, and takes agents' commands.

Pure: `authority`, `intervening`, `scopes`, `cursors`, `changes`, `feed`, `backlog`, `session`, `workspace`, `presence`,
`results`, `figures`, `watchers`. I/O: `server`, `follower`, `measurements`, `commander`, `screen_pop`, `transcripts`.
"""
