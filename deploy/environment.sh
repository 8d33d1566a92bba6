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
    found=$(python3 --version 2>&1 || echo "no Python at all")
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

# prepare LOCKFILE: the environment holds exactly what the lock file names; quick when it does already.
prepare() {
    [ -w . ] || fail "the folder $(pwd) cannot be written: copy the project to a folder of your own"
    python=$(find_python) || exit 1
    wanted=$(cat "$1" pyproject.toml | cksum)
    stamp=.venv/installed-$1
    if [ -x .venv/bin/mizumori ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    echo "Installing what $1 names into .venv; this takes about a minute the first time."
    [ -x .venv/bin/python ] || make_environment
    install --require-hashes -r "$1" || fail "the packages of $1 could not be installed: see pip's message above"
    install --quiet --no-deps --no-build-isolation --editable . || fail "the project could not be installed: see pip's message above"
    echo "$wanted" >"$stamp"
}
