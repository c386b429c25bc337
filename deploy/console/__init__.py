"""The terminal consoles of an agent and of a supervisor, and the client of the live protocol that they stand on.

Pure: `mirror`, `figures`, `words`, `parse`, `render`, and of the supervisor's table `watch_cells`, `watch_rows`,
`watch_layout`, `watch_words`. I/O: `client`, `sign_in`, `terminal`, `watch_screen`, `watch`.
"""
