#!/usr/bin/env bash
# culvert check through proxies that people use (tinyproxy, microsocks, dante), and what it says where one of them refuses.
# shellcheck source=proxy-daemon/src/test/reach/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh" check
command -v curl > /dev/null || not_run "curl is missing"
need tinyproxy tinyproxy-bin
need microsocks microsocks
need_dante

answers() { (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# Checks, and compares the exit code and the verdict; the hops go to $work/hops, a line for each.
check() { # CODE VERDICT ARGUMENT...
    local code=$1 verdict=$2 status=0
    shift 2
    culvert check -o jsonl "$@" > "$work/said" 2> "$work/check.log" || status=$?
    [ $status -eq "$code" ] || fail "culvert check $* exited with $status instead of $code: $(cat "$work/said" "$work/check.log")"
    grep -q "\"verdict\":\"$verdict\"" "$work/said" || fail "culvert check $* is not $verdict: $(cat "$work/said")"
}
says() { grep -qF -- "$1" "$work/said" || fail "'$1' is not in: $(cat "$work/said")"; }

start_daemon << END
{"http": {"listen": ["tcp://127.0.0.1:0"]}, "admin": {"listen": ["unix://$work/admin.sock"]}}
END
port=$(sed -n 's|.*listening on tcp://127.0.0.1:\([0-9]*\).*|\1|p' "$work/daemon.log" | head -1)
[ -n "$port" ] || port=$(grep -oE '127\.0\.0\.1:[0-9]+' "$work/daemon.log" | head -1 | cut -d: -f2)
target=http://127.0.0.1:$port/livez

step "without a proxy"
check 0 reachable "$target"
says '"status":200'
check 0 reachable "tcp://127.0.0.1:$port"
check 1 unreachable "https://127.0.0.1:$port/"
says '"hop":"tls","ok":false'

step "through tinyproxy"
tiny=$(free_port)
printf '%s\n' "Port $tiny" "Listen 127.0.0.1" "Timeout 20" "Allow 127.0.0.1" "ConnectPort $port" > "$work/tiny.conf"
tinyproxy -d -c "$work/tiny.conf" > "$work/tiny.log" 2>&1 &
pids+=($!)
eventually answers "$tiny"
check 0 reachable --through "http://127.0.0.1:$tiny" "$target"
check 0 reachable --through "http://127.0.0.1:$tiny" "tcp://127.0.0.1:$port"
says 'the HTTP proxy answered 200 and connects'
check 1 unreachable --through "http://127.0.0.1:$tiny" "tcp://127.0.0.1:1"
says 'the HTTP proxy answered 403'
check 1 unreachable --within 2s --through "socks5://127.0.0.1:$tiny" "$target" # it waits for the end of a line
says 'Is it a proxy of this kind'

step "through a tinyproxy that wants a password"
tiny=$(free_port)
printf '%s\n' "Port $tiny" "Listen 127.0.0.1" "Timeout 20" "Allow 127.0.0.1" "BasicAuth me secret" > "$work/auth.conf"
tinyproxy -d -c "$work/auth.conf" > "$work/auth.log" 2>&1 &
pids+=($!)
eventually answers "$tiny"
check 1 unreachable --through "http://127.0.0.1:$tiny" "$target"
says 'the HTTP proxy answered 407'
check 0 reachable --through "http://me:secret@127.0.0.1:$tiny" "$target"
grep -q secret "$work/said" "$work/daemon.log" && fail "the password is shown"

step "through microsocks"
socks=$(free_port)
microsocks -i 127.0.0.1 -p "$socks" > "$work/socks.log" 2>&1 &
pids+=($!)
eventually answers "$socks"
check 0 reachable --through "socks5://127.0.0.1:$socks" "$target"
check 1 unreachable --through "socks5://127.0.0.1:$socks" "tcp://127.0.0.1:1"
says 'the target refused the connection'
check 1 unreachable --through "http://127.0.0.1:$socks" "https://127.0.0.1:$port/"
says '"hop":"proxy","ok":false'

step "through a microsocks that wants a password"
socks=$(free_port)
microsocks -i 127.0.0.1 -p "$socks" -u me -P secret > "$work/socks-auth.log" 2>&1 &
pids+=($!)
eventually answers "$socks"
check 0 reachable --through "socks5://me:secret@127.0.0.1:$socks" "$target"
check 1 unreachable --through "socks5://me:wrong@127.0.0.1:$socks" "$target"
says 'refuses this user or this password'
check 1 unreachable --through "socks5://127.0.0.1:$socks" "$target"
says 'refuses callers that it does not know'

step "through dante, whose rules forbid a port"
socks=$(free_port)
dante_settings "$socks" > "$work/dante.conf"
"${dante[@]}" -f "$work/dante.conf" -p "$work/dante.pid" > "$work/dante.log" 2>&1 &
pids+=($!)
eventually answers "$socks"
check 0 reachable --through "socks5://127.0.0.1:$socks" "$target"
check 1 unreachable --through "socks5://127.0.0.1:$socks" "tcp://127.0.0.1:1"
says 'its rules forbid it'
step "all as it should be"
