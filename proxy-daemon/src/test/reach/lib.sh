# shellcheck shell=bash
# What the tests here have in common; each begins with `source lib.sh NAME`.
set -euo pipefail
test_name=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/culvert-reach.XXXXXX")
chmod 755 "$work"
pids=()

step() { echo "reach test: $test_name: $*"; }

fail() {
    echo "reach test: $test_name: $*" >&2
    for log in "$work"/*.log; do
        [ -e "$log" ] && echo "--- $log" >&2 && tail -n 30 "$log" >&2
    done
    exit 1
}

not_run() {
    echo "reach test: $test_name: NOT RUN, because $*" >&2
    exit 77
}

# Ends what the test has started, and nothing else.
# shellcheck disable=SC2317 # run by the trap
clean_up() {
    [ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}" 2> /dev/null || true
    wait 2> /dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

# Makes sure of PROGRAM, from PATH or from Debian's packages, which are unpacked and not installed.
need() { # PROGRAM PACKAGE...
    command -v "$1" > /dev/null && return
    command -v apt-get > /dev/null || not_run "$1 is missing, and this is not Debian"
    mkdir -p "$REACH_CACHE"
    local package packages=("${@:2}")
    (cd "$REACH_CACHE" && { apt-get -q -q download "${packages[@]}" || { apt-get -q -q update && apt-get -q -q download "${packages[@]}"; }; } &&
        for package in "${packages[@]}"; do dpkg -x "./${package}"_*.deb . || exit; done) > "$work/apt.log" 2>&1 ||
        not_run "Debian's packages ${packages[*]} cannot be downloaded"
    command -v "$1" > /dev/null || not_run "Debian's packages ${packages[*]} have no $1"
}

# Waits up to 20 s, or up to $patience, until the command succeeds.
eventually() {
    local end=$((SECONDS + ${patience:-20}))
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "never happened: $*"
        sleep 0.1
    done
}

# A port that is free now.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 20000))
        (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo $port && return; }
    done
}

# Starts a daemon with the settings of stdin, besides its addresses and its state_dir; waits until it answers.
start_daemon() {
    cat > "$work/culvertd.jsonc"
    "$DAEMON" serve --config "$work/culvertd.jsonc" >> "$work/daemon.log" 2>&1 &
    daemon_pid=$!
    pids+=("$daemon_pid")
    eventually test -S "$work/admin.sock"
    eventually api GET /livez
}

# What the daemon answers; fails if it refuses.
api() { # METHOD PATH [BODY]
    curl -s -f --max-time 60 --unix-socket "$work/admin.sock" -X "$1" ${3:+-H 'content-type: application/json' -d "$3"} \
        "http://localhost$2" > "$work/answer"
}

culvert() { "$COMMAND" --url "unix://$work/admin.sock" "$@"; }
