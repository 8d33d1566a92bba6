# Shared by deploy/run and tests/run: finds Python, makes the environment in .venv, installs what the lock file names.
# Needs nothing but Python 3.11 or newer and pip. Each failure is one sentence that says what to do.

fail() {
    echo "mizumori: $1" >&2
    exit 1
}

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.11 python3.12 python3.13 python3.14 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    found=$(python3 --version 2>/dev/null || echo "no Python at all")
    fail "Python 3.11 or newer is needed, and this machine has $found: install it, or name it with PYTHON=/path/to/python3.11"
}

make_environment() {
    "$python" -m venv .venv >/dev/null 2>&1 && return
    # Debian's Python comes without ensurepip; the machine's own pip can fill an environment from outside.
    rm -rf .venv
    "$python" -m venv --without-pip .venv || fail "the environment .venv could not be made in $(pwd)"
}

install() {
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then
        .venv/bin/python -m pip --disable-pip-version-check install "$@"
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip --disable-pip-version-check --python .venv/bin/python install "$@"
    else
        fail "pip is needed: install it (on Debian: apt install python3-pip)"
    fi
}

# watched COUNT ARGUMENTS...: install with a running count in place of pip's many lines; those are shown when it fails.
watched() {
    count=$1
    shift
    install "$@" >.venv/install.log 2>&1 &
    pid=$!
    trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
    while kill -0 "$pid" 2>/dev/null; do
        fetched=$(grep -c '^Collecting' .venv/install.log || true)
        [ "$count" = 1 ] || printf '\r  %s of %s packages fetched' "$fetched" "$count"
        sleep 1
    done
    [ "$count" = 1 ] || printf '\r  %s packages installed        \n' "$count"
    trap - INT TERM
    wait "$pid" && return
    tail -n 20 .venv/install.log >&2
    fail "the packages could not be installed: pip's own words are above and in .venv/install.log"
}

# prepare LOCKFILE: the environment holds exactly what the lock file names; quick when it does already.
prepare() {
    [ -w . ] || fail "the folder $(pwd) cannot be written: copy the project to a folder of your own"
    python=$(find_python) || exit 1
    wanted=$(cat "$1" pyproject.toml | cksum)
    stamp=.venv/installed-$1
    if [ -x .venv/bin/mizumori ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    echo "Installing the packages of $1 into .venv; the first time this takes a minute or so."
    [ -x .venv/bin/python ] || make_environment
    watched "$(grep -c '==' "$1")" --require-hashes -r "$1"
    watched 1 --no-deps --no-build-isolation --editable .
    echo "$wanted" >"$stamp"
}
