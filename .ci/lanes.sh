# Sourced by run: its steps, and two lanes of steps at the same time.
# shellcheck shell=bash

# step COMMAND …: runs a step and says how long it took. One that cannot run here (77) counts as passed.
step() {
    local status=0 began=$SECONDS
    "$@" || status=$?
    echo "ci: $* took $((SECONDS - began)) s"
    [ $status = 0 ] || [ $status = 77 ] || {
        echo "ci: $* FAILED with status $status"
        return $status
    }
}

lane() { # DIRECTORY FUNCTION
    set -e
    PATH=$1:$PATH
    "$2"
}

# lanes FUNCTION FUNCTION: runs both at the same time, each up to its first step that fails, and fails if one of them did. The
# first prints as it goes. What the second prints comes whole, after the first has ended. Lanes have no stdin. SIGINT and
# SIGTERM stop both, with all that they have started.
#
# Both find an apt-get in PATH that waits for the other lane's: apt itself waits for no lock of its lists.
lanes() {
    local shared status=0
    shared=$(mktemp -d)
    if command -v apt-get > /dev/null && command -v flock > /dev/null; then
        printf '#!/bin/sh\nexec flock -o %q %q "$@"\n' "$shared/lock" "$(command -v apt-get)" > "$shared/apt-get"
        chmod +x "$shared/apt-get"
    fi
    set -m # a process group for each
    lane "$shared" "$2" > "$shared/said" 2>&1 < /dev/null &
    local second=$!
    lane "$shared" "$1" < /dev/null &
    local first=$!
    set +m
    # shellcheck disable=SC2064 # these numbers
    trap "kill -TERM -- -$first -$second 2> /dev/null; rm -rf $shared; exit 130" INT TERM
    local failed=()
    wait $first || { status=$? && failed+=("$1"); }
    wait $second || { status=$? && failed+=("$2"); }
    trap - INT TERM
    cat "$shared/said"
    rm -rf "$shared"
    [ $status = 0 ] || echo "ci: FAILED, see above: ${failed[*]}"
    return $status
}
