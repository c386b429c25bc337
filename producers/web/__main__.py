"""The process: `python -m producers.web`."""

from producers.web.app import main
from runtime.process import run

if __name__ == "__main__":
    run("web", main)
