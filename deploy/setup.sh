#!/bin/sh
# Leaves a working .venv/bin/hubline and everything it needs on this machine. Does nothing when nothing has changed.
# PYTHON names the interpreter to use; without it the first of 3.11 to 3.14 that is found.
set -eu
cd "$(dirname "$0")/.."

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if suits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "hubline needs Python 3.11, 3.12, 3.13 or 3.14; found none (tried: ${PYTHON:-python3 and python3.11 to 3.14})." >&2
    echo "Install one, or name it: make setup PYTHON=/where/it/is/python3" >&2
    exit 1
}

digest() { cat requirements-dev.txt pyproject.toml deploy/setup.sh | cksum; }

# The scripts of an environment name the place where it was made: in a clone that was moved or copied they start another
# one's Python, or none.
moved() { [ -e .venv/bin/pip ] && ! head -n 3 .venv/bin/pip | grep -qF "$(pwd -P)/.venv/"; }

# Two of these at once take turns.
if command -v flock > /dev/null; then
    exec 9< deploy/setup.sh
    flock 9
fi

stamp=.venv/installed
wanted="$(digest)"
if moved; then
    echo "setup: .venv was made elsewhere; making it anew"
    rm -rf .venv
fi
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || ! suits .venv/bin/python; then
    if ! suits .venv/bin/python; then
        python="$(find_python)"
        rm -rf .venv
        echo "setup: making .venv with $("$python" --version)"
        "$python" -m venv .venv || {
            echo "setup: $python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2
            exit 1
        }
    fi
    echo "setup: installing the locked requirements (a minute the first time)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    echo "$wanted" > "$stamp"
fi

# Kafka's jars and PostgreSQL's programs: fetched once, with their checksums. The report is shown if there is a fault.
if [ "${1:-}" != "--no-services" ]; then
    status=0
    report="$(.venv/bin/hubline doctor --fetch)" || status=$?
    if [ "$status" -ne 0 ]; then
        echo "$report"
        echo "setup: this machine is not ready, see above; 'hubline doctor' looks again" >&2
        exit "$status"
    fi
fi
