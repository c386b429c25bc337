#!/bin/sh
# Writes the three locks: what the product needs, what its development needs, and what builds it.
# With --upgrade newer versions are taken; without, only what pyproject.toml asks for changes.
set -eu
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links "$@" > /dev/null
}

compile pyproject.toml -o requirements.txt "$@"
compile --group build -o requirements-build.txt "$@"
compile pyproject.toml --group dev -c requirements.txt -c requirements-build.txt -o requirements-dev.txt "$@"
if grep -En '^--|https?://' requirements.txt requirements-build.txt requirements-dev.txt; then
    echo "lock: a lock names an index or an address" >&2
    exit 1
fi
