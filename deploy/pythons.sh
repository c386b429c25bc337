#!/bin/sh
# For each other Python from 3.11 to 3.14 on this machine, an environment with msgspec only (.venv/pythons/VERSION): the
# recorded logs are replayed on all of them. Does nothing where one is ready; what cannot be made is said and skipped.
set -u
cd "$(dirname "$0")/.."

own="$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')"

find_python() {
    for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*"/bin/python$1"; do
        if "$candidate" -c 'pass' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

# The locked msgspec with its checksums.
locked() { awk '/^msgspec==/ { on = 1 } on { print } on && !/\\$/ { exit }' requirements.txt; }

for version in 3.11 3.12 3.13 3.14; do
    place=".venv/pythons/$version"
    if [ "$version" = "$own" ] || "$place/bin/python" -c 'import msgspec' 2>/dev/null; then
        continue
    fi
    python="$(find_python "$version")"
    if [ -z "$python" ]; then
        echo "pythons: no Python $version here"
        continue
    fi
    rm -rf "$place"
    locked > .venv/msgspec.txt
    if .venv/bin/uv venv --quiet --no-project --python "$python" "$place" &&
        UV_HTTP_TIMEOUT=10 .venv/bin/uv pip install --quiet --python "$place/bin/python" --require-hashes -r .venv/msgspec.txt
    then
        echo "pythons: $version is ready in $place"
    else
        rm -rf "$place"
        echo "pythons: msgspec for Python $version cannot be had, so nothing is replayed on it"
    fi
done
