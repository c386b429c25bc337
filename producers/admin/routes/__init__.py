"""The addresses of the HTTP interface; each file has those of one matter."""
