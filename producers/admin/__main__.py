"""The process: `python -m producers.admin`."""

from producers.admin.server import main
from runtime.process import run

if __name__ == "__main__":
    run("admin", main)
