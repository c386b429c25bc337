"""The process: `python -m producers.http`."""

from producers.http.server import main
from runtime.process import run

if __name__ == "__main__":
    run("http", main)
