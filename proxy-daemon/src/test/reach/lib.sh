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
    unpack "${@:2}"
    command -v "$1" > /dev/null || not_run "Debian's packages ${*:2} have no $1"
}

unpack() { # PACKAGE...
    local package packages=("$@")
    mkdir -p "$REACH_CACHE"
    (cd "$REACH_CACHE" && { apt-get -q -q download "${packages[@]}" || { apt-get -q -q update && apt-get -q -q download "${packages[@]}"; }; } &&
        for package in "${packages[@]}"; do dpkg -x "./${package}"_*.deb . || exit; done) > "$work/apt.log" 2>&1 ||
        not_run "Debian's packages ${packages[*]} cannot be downloaded"
}

# Makes sure of dante, which wants libraries that a small Debian has not: "${dante[@]}" then runs it.
need_dante() {
    need danted dante-server
    dante=(danted)
    if ! danted -v > /dev/null 2>&1; then
        unpack libwrap0 libnsl2 libtirpc3 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1
        dante=(env "LD_LIBRARY_PATH=$(printf '%s:' "$REACH_CACHE"/lib/*-linux-gnu "$REACH_CACHE"/usr/lib/*-linux-gnu)" danted)
        "${dante[@]}" -v > /dev/null 2>&1 || not_run "dante finds not all of its libraries: $("${dante[@]}" -v 2>&1)"
    fi
}

# The settings of a dante that lets callers of loopback connect everywhere but to port 1.
dante_settings() { # PORT
    cat << END
logoutput: stderr
internal: 127.0.0.1 port = $1
external: 127.0.0.1
clientmethod: none
socksmethod: none
user.privileged: $(id -un)
user.unprivileged: $(id -un)
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks block { from: 0.0.0.0/0 to: 0.0.0.0/0 port = 1 }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
END
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
