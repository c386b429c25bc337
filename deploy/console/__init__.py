"""The terminal console of one person, and the client of the live protocol that it stands on.

Pure: `mirror`, `words`, `parse`, `render`. I/O: `client`, `sign_in`, `terminal`.
"""
