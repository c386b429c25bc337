"""The process: `python -m consumers.query`."""

from consumers.query.server import main
from runtime.process import run

if __name__ == "__main__":
    run("query", main)
