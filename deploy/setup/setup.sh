#!/bin/sh
# Finds a Python that is new enough (or installs Debian's) and runs the set-up with it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

python=$(find_python)
if [ -z "$python" ] && command -v apt-get >/dev/null 2>&1; then
    root=
    [ "$(id -u)" = 0 ] || root=sudo
    echo "setup: installing Python (python3, python3-venv, python3-dev) with apt-get"
    install="apt-get install -y --no-install-recommends python3 python3-venv python3-dev"
    $root $install >/dev/null || { $root apt-get update >/dev/null && $root $install >/dev/null; } || true
    python=$(find_python)
fi
if [ -z "$python" ]; then
    echo "setup: Python 3.11 or newer is needed; install it and run this again" >&2
    exit 1
fi
exec "$python" "$here" "$@"
