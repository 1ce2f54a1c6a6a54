#!/usr/bin/env bash
# SSH tunnels to a network of its own, which only its server reaches: a jump host, ssh's agent and ssh_config, probes, proxies
# behind tunnels, and packets that are lost. Needs root, because it makes network namespaces.
# shellcheck source=proxy-daemon/src/test/reach/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh" ways
for program in ssh ssh-agent ssh-add; do
    command -v $program > /dev/null || need $program openssh-client
done
command -v curl > /dev/null || not_run "curl is missing"
need ip iproute2
need sshd openssh-server
need socat socat
need tinyproxy tinyproxy-bin
need microsocks microsocks
need_dante

# The test itself runs in a network namespace, so that it changes nothing of this machine's network.
if [ -z "${CULVERT_WAYS_INSIDE:-}" ]; then
    [ "$(id -u)" -eq 0 ] || not_run "only root makes network namespaces and runs sshd in them"
    unshare -n -m true 2> /dev/null || not_run "this machine lets nobody make network namespaces"
    status=0
    CULVERT_WAYS_INSIDE=1 unshare -n bash "${BASH_SOURCE[0]}" || status=$?
    exit $status
fi

ip link set lo up
unshare -n sleep 300 &
far_pid=$!
pids+=("$far_pid")
far() { nsenter -t "$far_pid" -n "$@"; }
far_serves() { # until the test ends
    nsenter -t "$far_pid" -n "$@" &
    pids+=($!)
}
is_apart() { [ "$(readlink "/proc/$far_pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
eventually is_apart
ip link add near0 type veth peer name far0 netns "$far_pid" 2> "$work/ip.log" || not_run "there are no veth pairs: $(cat "$work/ip.log")"
near_address=10.99.0.1 far_address=10.99.0.2 nobody=10.99.0.3
ip address add $near_address/24 dev near0
ip link set near0 up
far ip address add $far_address/24 dev far0
far ip link set far0 up
far ip link set lo up

user=$(id -un)
{ cat /etc/passwd && echo 'sshd:x:64999:65534::/run/sshd:/usr/sbin/nologin'; } > "$work/passwd"

# An sshd on the far side, with a key of its own.
sshd_at() { # NAME ADDRESS PORT [LINE]
    local home=$work/$1
    mkdir "$home"
    cp "$(command -v sshd)" "$home/sshd" # it starts itself anew, by its whole path
    ssh-keygen -q -t ed25519 -N '' -f "$home/host_key"
    cat > "$home/sshd_config" << END
ListenAddress $2
Port $3
HostKey $home/host_key
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile $work/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding yes
${4:-}
END
    # shellcheck disable=SC2016 # for the other shell
    far_serves unshare -m bash -c 'mount --bind "$1/passwd" /etc/passwd && mount -t tmpfs none /run && mkdir -m 755 /run/sshd &&
        exec "$2/sshd" -D -e -f "$2/sshd_config"' bash "$work" "$home" >> "$work/$1.log" 2>&1
    eventually far_answers "$2" "$3"
    echo "[$2]:$3 $(cat "$home/host_key.pub")" >> "$work/known_hosts"
}
far_answers() { far bash -c "(: < /dev/tcp/$1/$2) 2> /dev/null"; }
answers() { (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
has() { # TUNNEL MEMBER VALUE
    api GET "/api/v1/tunnels/$1" && grep -q "\"$2\":\"$3\"" "$work/answer"
}
says() { grep -q "$1" "$work/answer" || fail "not said: $1: $(cat "$work/answer")"; }
up() { # TUNNEL
    culvert tunnel start "$1" > /dev/null 2> "$work/said" || fail "$1 is not up: $(cat "$work/said")"
}

gate=22022 inner=22023 web=8080 tiny=8888 socks=1080 rules=1081 strict=22024
: > "$work/authorized_keys"
sshd_at gate $far_address $gate
sshd_at inner 127.0.0.1 $inner
sshd_at strict $far_address $strict "PermitOpen 127.0.0.1:$web"
printf '%s\n' '#!/bin/sh' 'read -r line' 'printf "HTTP/1.1 204 Quiet\r\nConnection: close\r\n\r\n"' > "$work/answer.sh"
chmod 755 "$work/answer.sh"
far_serves socat "TCP-LISTEN:$web,bind=127.0.0.1,fork,reuseaddr" "EXEC:$work/answer.sh" 2> "$work/web.log"
printf '%s\n' "Port $tiny" "Listen 127.0.0.1" "Timeout 20" "Allow 127.0.0.1" > "$work/tiny.conf"
far_serves tinyproxy -d -c "$work/tiny.conf" > "$work/tiny.log" 2>&1
far_serves microsocks -i 127.0.0.1 -p $socks > "$work/socks.log" 2>&1
dante_settings $rules > "$work/dante.conf"
far_serves "${dante[@]}" -f "$work/dante.conf" -p "$work/dante.pid" > "$work/dante.log" 2>&1
for port in $web $tiny $socks $rules; do eventually far_answers 127.0.0.1 "$port"; done

ssh-keygen -q -t ed25519 -N '' -f "$work/of_the_agent"
ssh-agent -D -a "$work/ssh-agent.sock" > "$work/ssh-agent.log" 2>&1 &
pids+=($!)
export SSH_AUTH_SOCK=$work/ssh-agent.sock
eventually test -S "$SSH_AUTH_SOCK"
ssh-add -q "$work/of_the_agent"
printf '%s\n' "Host inside" "  HostName $far_address" "  User $user" "  IdentityFile $work/of_the_agent" "  LogLevel QUIET" > "$work/ssh_config"

start_daemon << END
{
  "http": {"listen": ["unix://$work/http.sock"]},
  "admin": {"listen": ["unix://$work/admin.sock"]},
  "event_loops": 1,
  "state_dir": "$work/state",
  "timeouts": {"drain": "100ms"},
  "tunnels": [
    {"name": "jumped", "host": "127.0.0.1", "port": $inner, "user": "$user", "key": "build", "jump": "$user@$far_address:$gate",
     "to": "127.0.0.1:$web", "start": false},
    {"name": "keyed", "host": "$far_address", "port": $gate, "user": "$user", "agent": true, "to": "127.0.0.1:$web", "start": false},
    {"name": "named", "host": "inside", "port": $gate, "ssh_config": "$work/ssh_config", "to": "127.0.0.1:$web", "start": false},
    {"name": "quiet", "host": "inside", "port": $gate, "ssh_config": "$work/ssh_config", "kind": "dynamic", "start": false}
  ]
}
END
mkdir -p "$work/state/tunnels"
cat "$work/known_hosts" >> "$work/state/tunnels/known_hosts"
culvert keys generate build > "$work/build.pub" 2> /dev/null

step "a server that only the server behind a jump host reaches"
cat "$work/build.pub" > "$work/authorized_keys"
answers $inner && fail "the inner server can be reached without the jump host"
up jumped
grep -q 'Accepted publickey' "$work/gate.log" || fail "the jump host has let nobody in"
grep -q 'Accepted publickey' "$work/inner.log" || fail "the server behind the jump host has let nobody in"
culvert tunnel stop jumped 2> /dev/null

step "a key of ssh's agent, and none without it"
cat "$work/of_the_agent.pub" > "$work/authorized_keys"
up keyed
culvert tunnel add keyless "$user@$far_address:$gate" --to "127.0.0.1:$web" 2> /dev/null
eventually has keyless hop auth
culvert tunnel rm keyless 2> /dev/null
culvert tunnel stop keyed 2> /dev/null

step "a server, a user and a key that ssh_config names"
up named
culvert tunnel stop named 2> /dev/null
up quiet # although the file wants ssh to say nothing
culvert tunnel stop quiet 2> /dev/null

step "a probe by HTTP"
cat "$work/build.pub" > "$work/authorized_keys"
at=25080
culvert tunnel add web "$user@$far_address:$gate" --key build --listen $at --to "127.0.0.1:$web" --probe http --keepalive 1s --no-start 2> /dev/null
up web
api GET /api/v1/tunnels/web && says 'HTTP/1.1 204 Quiet'
[ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$at/")" = 204 ] || fail "nothing comes through the tunnel"
culvert tunnel add silent "$user@$far_address:$gate" --key build --to "127.0.0.1:$inner" --probe http 2> /dev/null
eventually has silent hop probe
says 'speaks no HTTP'
culvert tunnel rm silent 2> /dev/null

step "a check through a local tunnel, by the name of the URL"
culvert check -o jsonl --through tunnel:web http://web.internal/ > "$work/answer" 2>&1 || fail "it fails: $(cat "$work/answer")"
says '"status":204'
says "which leads to tcp://127.0.0.1:$web"

step "a dynamic tunnel is probed at its server, which answers that nothing listens, or says its banner"
culvert tunnel add plain "$user@$far_address:$gate" --key build --kind dynamic --no-start 2> /dev/null
up plain
api GET /api/v1/tunnels/plain && says 'the server answers: connect failed: Connection refused'
culvert check --through tunnel:plain "tcp://127.0.0.1:$web" > "$work/said" 2>&1 || fail "the check fails: $(cat "$work/said")"
! culvert check -o jsonl --through tunnel:plain tcp://127.0.0.1:1 > "$work/answer" 2>&1 || fail "a closed port is said to be reachable"
says 'its server does not reach the target'
culvert tunnel stop plain 2> /dev/null
culvert tunnel add deep "$user@127.0.0.1:$inner" --jump "$user@$far_address:$gate" --key build --kind dynamic --no-start 2> /dev/null
up deep
api GET /api/v1/tunnels/deep && says "it said 'SSH-2.0-"
culvert tunnel status deep > "$work/answer" && says 'ok: ssh is connected, and ends after 45 s of silence'
culvert tunnel stop deep 2> /dev/null

step "a server that forwards to one place refuses the usual probe, and not that of probe_to"
culvert tunnel add narrow "$user@$far_address:$strict" --key build --kind dynamic 2> /dev/null
eventually has narrow hop forward_refused
says 'probe_to'
culvert tunnel rm narrow 2> /dev/null
culvert tunnel add narrow "$user@$far_address:$strict" --key build --kind dynamic --probe-to "127.0.0.1:$web" --no-start 2> /dev/null
up narrow
culvert tunnel stop narrow 2> /dev/null

step "tinyproxy behind a dynamic tunnel"
out=25081 proxy=25082
culvert tunnel add out "$user@$far_address:$gate" --key build --kind dynamic --listen $out --probe-to "127.0.0.1:$web" --no-start 2> /dev/null
up out
code=$(curl -s -o /dev/null -w '%{http_code}' --preproxy "socks5h://127.0.0.1:$out" -x "http://127.0.0.1:$tiny" "http://127.0.0.1:$web/") || true
[ "$code" = 204 ] || fail "tinyproxy behind the tunnel answered '$code'"
culvert check --through tunnel:out "http://127.0.0.1:$web/" > "$work/said" 2>&1 || fail "the check through the tunnel failed: $(cat "$work/said")"

step "microsocks and dante behind a dynamic tunnel"
chained=25083
for behind in $socks $rules; do
    chained=$((chained + 1))
    socat "TCP-LISTEN:$chained,bind=127.0.0.1,fork,reuseaddr" "PROXY:127.0.0.1:127.0.0.1:$behind,proxyport=$out" 2> "$work/chain.log" &
    pids+=($!)
    eventually answers $chained
    [ "$(curl -s -o /dev/null -w '%{http_code}' -x "socks5h://127.0.0.1:$chained" "http://127.0.0.1:$web/")" = 204 ] ||
        fail "nothing comes through the proxy at $behind behind the tunnel"
    culvert check --through "socks5://127.0.0.1:$chained" "http://127.0.0.1:$web/" > "$work/said" 2>&1 ||
        fail "the check through the proxy at $behind behind the tunnel failed: $(cat "$work/said")"
done
! culvert check -o jsonl --through "socks5://127.0.0.1:$chained" tcp://127.0.0.1:1 > "$work/answer" 2>&1 || fail "dante lets callers to a port that its rules forbid"
says 'its rules forbid it'

step "microsocks behind a local tunnel"
culvert tunnel add proxy "$user@$far_address:$gate" --key build --listen $proxy --to "127.0.0.1:$socks" --no-start 2> /dev/null
up proxy
culvert check --through "socks5://127.0.0.1:$proxy" "http://127.0.0.1:$web/" > "$work/said" 2>&1 ||
    fail "the check through microsocks failed: $(cat "$work/said")"

step "no name server, and no such machine"
culvert tunnel add nameless me@server.example --to "127.0.0.1:1" 2> /dev/null
eventually has nameless hop dns
culvert tunnel add nobody "me@$nobody:22" --to "127.0.0.1:1" 2> /dev/null
eventually has nobody hop tcp
culvert tunnel rm nameless 2> /dev/null
culvert tunnel rm nobody 2> /dev/null

step "packets are lost: the keepalive notices; they come again, and so does the tunnel"
for name in out proxy; do culvert tunnel stop $name 2> /dev/null; done
far ip link set far0 down
eventually has web hop keepalive
far ip link set far0 up
patience=70 eventually has web state up
[ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$at/")" = 204 ] || fail "nothing comes through the tunnel again"
culvert tunnel stop web 2> /dev/null
