#!/usr/bin/env bash
# Counts the streams that are lost when a proxy is reloaded, restarted and killed: culvertd, and beside it nginx, HAProxy and
# Caddy as far as they are installed (Debian: apt-get install nginx-light haproxy caddy). The same clients read 50 streams
# of 10 s from the same LLM server through each. Prints a table; docs/operating.md has one. Takes 40 s a program. Run it after
# `mvn package`.
#
#   reload    what systemctl reload does
#   restart   what systemctl restart does by the unit of the Debian package: which signal, and how long it waits
#   kill      SIGKILL, and a start at once
#
# A parent holds the socket of culvertd, as systemd does with culvertd.socket. The test fails unless culvertd loses no
# stream and refuses no connection, and unless its reload breaks off no stream. DAEMON and AGENT name other programs to test
# than those of the build. Exits with 77 if perl is missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../../.." && pwd)
daemon=${DAEMON:-$root/proxy-daemon/target/culvertd/bin/culvertd}
agent=${AGENT:-$root/guest-agent/target/culvert-agent/bin/culvert-agent}
streams=50 words=200 millis=50

command -v perl > /dev/null || {
    echo "restart test: NOT RUN, because perl is missing" >&2
    exit 77
}
java=$("$root/culvert" jdk)/bin/java
work=$(mktemp -d)
pids=()
# shellcheck disable=SC2317 # run by the trap
stop() {
    touch "$work/over"
    kill -KILL "${pids[@]}" 2> /dev/null || true
    kill -KILL "$(cat "$work/pid" 2> /dev/null)" 2> /dev/null || true
    rm -rf "$work"
}
trap stop EXIT

fail() {
    echo "restart test: $*" >&2
    exit 1
}

for program in "$daemon" "$agent"; do
    [ -x "$program" ] || fail "$program is missing: run mvn package first"
done

# Waits for the line "listening on ADDRESS" in a log and prints ADDRESS.
listening() {
    local line
    for _ in $(seq 600); do
        line=$(grep -m 1 '^listening on ' "$1" || true)
        [ -z "$line" ] || { echo "${line#listening on }"; return; }
        sleep 0.1
    done
    fail "no program listens: $(cat "$1")"
}

# Waits until somebody listens.
await() {
    for _ in $(seq 300); do
        ! is_open || return 0
        sleep 0.1
    done
    fail "nobody listens on port $port: $(cat "$work/log")"
}

is_open() { (: <> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; }

# A port that nobody listens on.
choose_port() {
    for _ in $(seq 20); do
        port=$((20000 + RANDOM % 12000))
        is_open || return 0
    done
    fail "found no free port"
}

# $1 is the command; its pid is the one that systemd would know.
launch() {
    "$@" >> "$work/log" 2>&1 &
    echo $! > "$work/pid"
    disown
}

# Waits until a stopped program is gone, at most $1 seconds, then kills it.
gone_within() {
    local pid
    pid=$(cat "$work/pid")
    for _ in $(seq $(($1 * 10))); do
        kill -0 "$pid" 2> /dev/null || return 0
        sleep 0.1
    done
    kill_all
}

kill_all() {
    local pid
    pid=$(cat "$work/pid")
    # shellcheck disable=SC2046 # a list
    kill -KILL "$pid" $(ps -o pid= --ppid "$pid") 2> /dev/null || true
}

"$java" "$here/Streams.java" backend "$words" "$millis" > "$work/backend" &
pids+=($!)
disown
backend=$(listening "$work/backend")

start_culvertd() {
    "$agent" --listen tcp://127.0.0.1:0 --runtime "$backend" --log-level error > "$work/agent" 2>&1 &
    pids+=($!)
    disown
    local address
    address=$(listening "$work/agent")
    cat > "$work/culvertd.jsonc" << JSON
{"state_dir": "$work/state", "log_level": "error", "agents": [{"id": "vm", "address": "$address"}]}
JSON
    # Holds the socket, and starts the daemon again whenever it ends, as systemd does with culvertd.socket.
    cat > "$work/holder" << 'PERL'
use strict;
use Fcntl;
use POSIX;
use Socket;
my ($work, $port, @command) = @ARGV;
$^F = 9; # descriptors that a program inherits
my ($socket, $file);
socket($socket, PF_INET, SOCK_STREAM, 0) and setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1)
    and bind($socket, sockaddr_in($port, INADDR_LOOPBACK)) and listen($socket, 4096)
    and fcntl($socket, F_SETFL, O_NONBLOCK) and POSIX::dup2(fileno($socket), 3) or die "port $port: $!";
until (-e "$work/over") {
    my $pid = fork;
    if (!$pid) {
        @ENV{qw(LISTEN_PID LISTEN_FDS)} = ($$, 1);
        exec @command or POSIX::_exit(127);
    }
    open($file, '>', "$work/pid.new") and print $file $pid and close $file and rename("$work/pid.new", "$work/pid");
    waitpid($pid, 0);
    select(undef, undef, undef, 0.1);
}
PERL
    perl "$work/holder" "$work" "$port" "$daemon" serve --config "$work/culvertd.jsonc" >> "$work/log" 2>&1 &
    pids+=($!)
    disown
}
reload_culvertd() { kill -HUP "$(cat "$work/pid")"; }
restart_culvertd() { kill -TERM "$(cat "$work/pid")"; }
kill_culvertd() { kill -KILL "$(cat "$work/pid")"; }

start_nginx() {
    cat > "$work/nginx.conf" << CONF
daemon off;
pid $work/nginx.pid;
error_log stderr crit;
worker_processes 2;
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    server {
        listen 127.0.0.1:$port;
        location / { proxy_pass $backend; proxy_http_version 1.1; proxy_buffering off; }
    }
}
CONF
    launch nginx -c "$work/nginx.conf"
}
reload_nginx() { kill -HUP "$(cat "$work/pid")"; }
restart_nginx() { kill -QUIT "$(cat "$work/pid")"; gone_within 5; start_nginx; } # start-stop-daemon --retry QUIT/5
kill_nginx() { kill_all; start_nginx; }

start_haproxy() {
    cat > "$work/haproxy.cfg" << CONF
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend clients
    bind 127.0.0.1:$port
    default_backend llm
backend llm
    server llm ${backend#http://}
CONF
    launch haproxy -W -db -f "$work/haproxy.cfg"
}
reload_haproxy() { kill -USR2 "$(cat "$work/pid")"; }
restart_haproxy() { kill -TERM "$(cat "$work/pid")"; gone_within 90; start_haproxy; } # systemd's default
kill_haproxy() { kill_all; start_haproxy; }

start_caddy() {
    cat > "$work/Caddyfile" << CONF
{
    admin unix/$work/caddy.sock
    auto_https off
}
http://127.0.0.1:$port {
    reverse_proxy ${backend#http://} {
        flush_interval -1
    }
}
CONF
    rm -f "$work/caddy.sock"
    launch env HOME="$work" XDG_DATA_HOME="$work/data" XDG_CONFIG_HOME="$work/config" \
        caddy run --config "$work/Caddyfile" --adapter caddyfile
}
reload_caddy() {
    caddy reload --force --config "$work/Caddyfile" --adapter caddyfile --address "unix/$work/caddy.sock" >> "$work/log" 2>&1
}
restart_caddy() { kill -TERM "$(cat "$work/pid")"; gone_within 5; start_caddy; } # TimeoutStopSec=5s
kill_caddy() { kill_all; start_caddy; }

# PROGRAM EVENT: the line of the load
try() {
    local path=/v1/chat/completions
    [ "$1" != culvertd ] || path=/api/v1/agents/vm/stream
    rm -f "$work/started"
    "$java" "$here/Streams.java" load "http://127.0.0.1:$port" "$path" "$streams" "$words" "$work" > "$work/result" 2>> "$work/log" &
    local load=$!
    until [ -e "$work/started" ]; do
        kill -0 $load 2> /dev/null || fail "$1: the load ended: $(cat "$work/log")"
        sleep 0.1
    done
    sleep 1
    "$2_$1"
    wait $load || fail "$1: the load failed: $(cat "$work/log")"
    result=$(cat "$work/result")
    await
}

count() { [[ $result =~ $1=([0-9]+) ]] && echo "${BASH_REMATCH[1]}"; }

echo "| | reload: broken off, lost | restart: refused, broken off, lost | kill: refused, broken off, lost |"
echo "|---|---|---|---|"
for program in culvertd nginx haproxy caddy; do
    if [ $program != culvertd ] && ! command -v $program > /dev/null; then
        echo "restart test: $program is skipped, because it is not installed" >&2
        continue
    fi
    : > "$work/log"
    choose_port
    start_$program
    await
    row="| $program |"
    for event in reload restart kill; do
        try $program $event
        if [ $event = reload ]; then
            row+=" $(count broken), $(count lost) |"
        else
            row+=" $(count refused) of $(count connections), $(count broken), $(count lost) |"
        fi
        if [ $program = culvertd ]; then
            [ "$(count lost) $(count refused)" = "0 0" ] || fail "culvertd, $event: $result"
            [ $event != reload ] || [ "$(count broken)" = 0 ] || fail "culvertd, reload: $result"
        fi
    done
    echo "$row"
    if [ $program = culvertd ]; then
        touch "$work/over"
        kill -KILL "${pids[@]:1}" 2> /dev/null || true
    fi
    kill_all
done
