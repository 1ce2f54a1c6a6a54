#!/bin/bash
# Runs as root inside the machine that run.sh boots, after systemd is up. Prints PASS or FAIL and a name for each trial.
set -u
PATH=/root/bin:$PATH

passed=0 failed=0
report() { # NAME STATUS
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1)) && echo "PASS $1"
    else
        failed=$((failed + 1)) && echo "FAIL $1"
    fi
    echo "     $(cut -d' ' -f1 /proc/uptime) s"
}
try() { local name=$1; shift; "$@"; report "$name" $?; }

show() { systemctl show -P "$2" "$1"; }
pid() { show "$1" MainPID; }
is() { [ "$1" = "$2" ] || { echo "     got '$1' instead of '$2'"; return 1; }; }
has() { [[ $1 == *"$2"* ]] || { echo "     found no '$2' in: $1"; return 1; }; }
in_journal() { journalctl -q --no-pager -u "$1" | grep -qF "$2"; }
logged() { await in_journal "$1" "$2"; }

# Polls until a command succeeds. It polls rarely, because the machine has only one processor.
await() {
    local end=$((SECONDS + 240))
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $end ] || { echo "     timed out waiting for: $*"; "$@"; return 1; }
        sleep 1
    done
}

# METHOD PATH [BODY]: prints the answer with its head.
http() {
    local body=${3:-} to
    exec {to}<> /dev/tcp/127.0.0.1/8470 || return 1
    printf '%s %s HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s' \
        "$1" "$2" ${#body} "$body" >&"$to"
    cat <&"$to"
    exec {to}>&-
}
answers() { has "$(http GET /livez)" "200 OK"; }
is_ready() { has "$(http GET "/api/v1/agents/$1")" '"state":"ready"'; }
echoes() { has "$(http POST "/api/v1/agents/$1/message" '{"role":"user","content":"hi"}')" '{"content":"hi"'; }
is_active() { is "$(show "$1" ActiveState)" active; }
restarted() { # UNIT PID: whether the unit runs as another process
    [ "$(pid "$1")" != "$2" ] && is_active "$1"
}

readiness() { # What starts a service and waits for it waits until it answers.
    systemctl start --no-block culvertd
    is "$(show culvertd ActiveState)" activating && systemctl start culvertd && answers
}
main_pid() { has "$(readlink "/proc/$(pid culvertd)/exe")" /usr/lib/culvertd/runtime/bin/java; }
no_user() { # of those that systemd gives to a dynamic user, and without any capability
    local uid cap
    uid=$(awk '/^Uid:/ {print $2}' "/proc/$(pid "$1")/status")
    cap=$(awk '/^CapEff:/ {print $2}' "/proc/$(pid "$1")/status")
    [ "$uid" -ge 61184 ] && [ "$uid" -le 65519 ] && is "$cap" 0000000000000000
}
status_text() { is "$(show culvertd StatusText)" "listening on [tcp://127.0.0.1:8470]; 2 of 2 agents ready; 0 turns under way"; }
admin_socket() { is "$(stat -c '%a %G' /run/culvert /run/culvert/admin.sock | tr '\n' ' ')" "750 culvert 660 culvert "; }
users_known() { is "$(tr -s ' ' < "/proc/$(pid culvertd)/uid_map")" " 0 0 4294967295"; }
state_kept() {
    has "$(http PUT /api/v1/agents/vm/config '{"config":{},"tool_allowlist":["ls"]}')" "200 OK" \
        && is "$(stat -c %a /var/lib/private/culvert)" 700 && [ -n "$(ls -A /var/lib/private/culvert)" ]
}
watchdog_is_fed() {
    local first
    first=$(show culvertd WatchdogTimestampMonotonic)
    await later_than "$first"
}
later_than() { [ "$(show culvertd WatchdogTimestampMonotonic)" -gt "$1" ]; }
hung() { # A process that is stopped turns no loop.
    local main
    main=$(pid culvertd)
    kill -STOP "$main"
    await restarted culvertd "$main" && logged culvertd "Watchdog timeout" && answers
}
reload() {
    sed -i 's/"agents": \[/&{"id": "new", "address": "tcp:\/\/127.0.0.1:1"},/' /etc/culvert/culvertd.jsonc
    systemctl reload culvertd && await has_agent new && logged culvertd "reloaded: 3 agents"
}
has_agent() { has "$(http GET "/api/v1/agents/$1")" "200 OK"; }
wrong_reload() {
    cp /etc/culvert/culvertd.jsonc /etc/culvert/right
    echo '{ nonsense' > /etc/culvert/culvertd.jsonc
    ! systemctl reload culvertd 2> /dev/null && logged culvertd culvertd.jsonc:1:3 \
        && is_active culvertd && has_agent new
    local status=$?
    mv /etc/culvert/right /etc/culvert/culvertd.jsonc
    return $status
}
agent_restarts() { systemctl restart culvert-agent && await is_ready vm && echoes vm; }
killed() {
    local main
    main=$(pid "$1")
    kill -KILL "$main"
    await restarted "$1" "$main"
}
state_outlives() { has "$(http GET /api/v1/agents/vm)" '"desired_revision":1'; }

# While it stops a stream goes on to its end, although that takes longer than TimeoutStopSec.
drain() {
    http POST /api/v1/agents/jailed/stream '{"role":"user","content":"a b c d e f g h i j"}' > /run/stream &
    local client=$!
    await grep -q 'event: chunk' /run/stream
    systemctl stop culvertd
    wait $client
    grep -q 'event: done' /run/stream && is "$(show culvertd Result)" success && is "$(show culvertd ExecMainStatus)" 0
}

started_by_a_client() { systemctl enable --now culvertd.socket && answers && await is_active culvertd; }
connect() { # one after the other, each of which must be answered
    local answered=0
    while [ -e /run/connecting ]; do
        answers || { echo "refused after $answered" > /run/connects; return; }
        answered=$((answered + 1))
    done
    echo "all of $answered" > /run/connects
}
restart_refuses_nobody() {
    touch /run/connecting
    connect &
    local connects=$!
    sleep 1
    systemctl restart culvertd
    rm /run/connecting
    wait $connects
    echo "     $(cat /run/connects)"
    has "$(cat /run/connects)" "all of "
}
agent_on_a_socket() {
    systemctl stop culvert-agent
    systemctl start culvert-agent.socket && systemctl start culvert-agent && await is_ready vm && echoes vm
}
host_of_qemu() { # as the page about QEMU prepares it
    bash -e /root/qemu.sh && [ -c /dev/vhost-vsock ] && is "$(cat /etc/modules-load.d/vhost-vsock.conf)" vhost_vsock
}
joins() { # with QEMU's generation id, as an ordinary user
    local token
    token=$(http POST /api/v1/enrollments '{"name":"joined"}' | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
    printf '%s\n' CULVERT_AGENT_RUNTIME=echo CULVERT_AGENT_JOIN=ws://127.0.0.1:8470 "CULVERT_AGENT_JOIN_TOKEN=$token" \
        > /etc/culvert/joined.env
    systemctl start joined-agent && await is_ready joined && no_user joined-agent && echoes joined \
        && has "$(http GET /api/v1/agents/joined)" '"generation":"324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87"'
}
identity_is_kept() {
    is "$(stat -c %a /var/lib/private/joined-agent/agent-identity.json)" 600 \
        && systemctl restart joined-agent && await has_joined_twice && echoes joined
}
has_joined_twice() { has "$(http GET /api/v1/agents/joined)" '"joins":2'; }
agent_stops() {
    systemctl stop culvert-agent.socket culvert-agent
    is "$(show culvert-agent Result)" success && is "$(show culvert-agent ExecMainStatus)" 0
}

modprobe vsock_loopback
modprobe qemu_fw_cfg
systemctl start culvert-agent jailed
try "the agent says when it is ready" is_active culvert-agent
try "the agent runs as nobody else, without capabilities" no_user culvert-agent
try "the daemon is activating until it answers" readiness
try "its main process is the JVM" main_pid
try "it runs as nobody else, without capabilities" no_user culvertd
try "it reaches an agent over vsock" await is_ready vm
try "an agent answers over vsock" echoes vm
try "it reaches the socket of a jailed VMM as one of its group" await is_ready jailed
try "an agent answers over that socket" echoes jailed
try "its status has addresses, agents and turns" await status_text
try "its admin socket is for its group alone" admin_socket
try "it can tell the users of its sockets apart" users_known
try "its state is kept for it alone" state_kept
try "the watchdog is fed" watchdog_is_fed
try "a process that hangs is restarted by the watchdog" hung
try "systemctl reload changes the fleet" reload
try "systemctl reload of wrong settings fails and changes nothing" wrong_reload
try "a process that is killed is restarted" killed culvertd
try "what is wanted of an agent outlives it" await state_outlives
try "it drains when it is stopped, beyond TimeoutStopSec" drain
try "a client of its socket unit starts it" started_by_a_client
try "a restart on that socket refuses nobody" restart_refuses_nobody
try "a killed agent is restarted" killed culvert-agent
try "an agent that is restarted is used again" agent_restarts
try "an agent takes a vsock socket of systemd's" agent_on_a_socket
try "an agent that dials in proves the generation id of its VM" joins
try "its identity is for it alone, and outlives it" identity_is_kept
try "the agent stops as told" agent_stops
try "a host of QEMU's VMs has vhost-vsock" host_of_qemu

[ $failed -eq 0 ] || journalctl -q --no-pager -o short-monotonic -u 'culvert*' -u jailed
echo "TRIAL $passed passed, $failed failed"
systemctl poweroff -ff
