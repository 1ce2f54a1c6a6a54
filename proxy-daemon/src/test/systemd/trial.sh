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
environment_file() { # which only root can read: the unit hands its variables over
    install -m 600 /dev/null /etc/culvert/culvert.env && echo CULVERT_CHECKS_TIMEOUT=45s > /etc/culvert/culvert.env
    systemctl restart culvertd && await is_ready vm \
        && has "$(tr '\0' '\n' < "/proc/$(pid culvertd)/environ")" CULVERT_CHECKS_TIMEOUT=45s
}
checks_servers() { # and says which hop fails: there is no network, and so no name server
    local answer
    answer=$(http POST /api/v1/checks '{"urls":["http://127.0.0.1:8470/livez","https://no-such-name.invalid/"]}')
    has "$answer" '"verdict":"reachable"' && has "$answer" '"verdict":"unreachable"' && has "$answer" '"hop":"dns","ok":false'
}
keeps_keys() { # of SSH, for it alone
    has "$(http POST /api/v1/keys '{"name":"trial"}')" " 201 " && is "$(stat -c %a /var/lib/private/culvert/keys/trial)" 600
}
lets_it_in() { # an SSH server: a user of it has the daemon's key
    local key
    key=$(http POST /api/v1/keys '{"name":"build"}' | sed -n 's/.*"public_key":"\([^"]*\)".*/\1/p')
    has "$key" "ssh-ed25519 " && install -d -o deploy -m 700 /home/deploy/.ssh \
        && install -o deploy -m 600 /dev/stdin /home/deploy/.ssh/authorized_keys <<< "$key" \
        && echo 'HostKey /etc/ssh/ssh_host_ed25519_key' > /etc/ssh/sshd_config.d/trial.conf && systemctl start ssh
}
starts_a_tunnel() { # with the commands of the page, as root over the admin socket
    local print
    print=$(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d ' ' -f 2)
    culvert tunnel add db deploy@127.0.0.1 --key build --listen 5432 --to 127.0.0.1:22 --probe banner --no-start \
        && culvert tunnel trust db --fingerprint "$print" && culvert tunnel start db && tunnel_is up && carries
}
tunnel_is() { has "$(http GET /api/v1/tunnels/db)" "\"state\":\"$1\""; }
carries() { # the first line of the far end
    local line='' to
    exec {to}<> /dev/tcp/127.0.0.1/5432 || return 1
    IFS= read -r -t 60 line <&"$to"
    exec {to}>&-
    has "$line" SSH-2.0-
}
ssh_of_daemon() { # the processes of its tunnels
    local file
    for file in /proc/[0-9]*/cmdline; do
        if [[ $(tr '\0' ' ' 2> /dev/null < "$file") == *"-S /var/lib/culvert/tunnels/"* ]]; then
            file=${file#/proc/} && echo "${file%/cmdline}"
        fi
    done
}
tunnel_sockets() { find /var/lib/private/culvert/tunnels -type s; }
no_tunnel_left() { is "$(ssh_of_daemon)$(tunnel_sockets)" ""; }
ended() { # PID…
    local one
    for one; do [ ! -e "/proc/$one" ] || return 1; done
}
tunnel_outlives() { # the daemon: what is left of it is ended
    local main before sockets
    main=$(pid culvertd)
    before=$(ssh_of_daemon)
    sockets=$(tunnel_sockets | wc -l)
    if [ -z "$before" ] || [ "$sockets" = 0 ]; then
        echo "     nothing runs: processes '$before', $sockets sockets"
        return 1
    fi
    systemctl kill --kill-whom=main --signal=KILL culvertd
    # shellcheck disable=SC2086 # numbers
    await restarted culvertd "$main" && await ended $before && await tunnel_is up && carries \
        && is "$(tunnel_sockets | wc -l)" "$sockets"
}
tunnel_ends() {
    has "$(http POST /api/v1/tunnels/db/stop)" '"state":"down"' && await no_tunnel_left
}
tunnel_ends_with_it() {
    has "$(http POST /api/v1/tunnels/db/start)" '"state":"up"' && systemctl stop culvertd && no_tunnel_left && systemctl start culvertd
}
tells_its_machine() { # as far as its unit lets it see that
    has "$(http GET /api/v1/agents/vm/machine)" '"cgroup":{"path":"/system.slice/culvert-agent.service"'
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
start_hands() { # an agent with tools, by the shipped unit with another name, and its model
    printf '%s\n' CULVERT_AGENT_LISTEN=tcp://127.0.0.1:9100 CULVERT_AGENT_RUNTIME=http://127.0.0.1:8081 \
        CULVERT_AGENT_TOOLS_DIR=/var/lib/tools-agent/work CULVERT_AGENT_TOOLS_POLICY=/etc/culvert/tools.jsonc \
        CULVERT_AGENT_TOOL_COMMANDS=confined > /etc/culvert/tools.env
    echo '{"rules": [{"decision": "allow", "tools": ["read_file", "write_file"]},
        {"decision": "allow", "tools": ["run_command"], "command": ["sh"], "shell": true}]}' > /etc/culvert/tools.jsonc
    systemctl start model.socket tools-agent \
        && has "$(http PUT /api/v1/agents/hands '{"address":"tcp://127.0.0.1:9100"}')" " 201 " && await is_ready hands \
        && no_user tools-agent && has "$(http GET /api/v1/agents/hands)" '"commands":"confined"'
}
call() { # TOOL ARGUMENTS: the model calls the tool; prints the events of the turn
    printf '%s\n' "$1" "$2" > /run/call
    http POST /api/v1/agents/hands/stream '{"role":"user","content":"go"}'
}
done_by() { has "$(call "$1" "$2")" '"ok":true'; }
refused_by() { has "$(call "$1" "$2")" '"ok":false'; }
writes_in_work() {
    done_by write_file '{"path":"a.txt","content":"from the model"}' \
        && is "$(cat /var/lib/private/tools-agent/work/a.txt)" "from the model"
}
writes_nowhere_else() {
    refused_by write_file '{"path":"/etc/culvert/new","content":"x"}' && [ ! -e /etc/culvert/new ] \
        && refused_by write_file '{"path":"../new","content":"x"}' && [ ! -e /var/lib/private/tools-agent/new ] \
        && refused_by read_file '{"path":"../agent-identity.json"}'
}
# It may be that the kernel has no Landlock: then each command is refused.
runs_confined() {
    local events
    events=$(call run_command '{"argv":["sh","-c","echo run > b.txt; cat b.txt; echo x > ../c.txt || cat /etc/culvert/tools.env || echo confined"]}')
    if [[ $(http GET /api/v1/agents/hands) == *'"landlock":0'* ]]; then
        has "$events" "the kernel has no Landlock"
    else
        has "$events" 'run\n' && has "$events" 'confined\n[exit status 0]' && [ ! -e /var/lib/private/tools-agent/c.txt ] \
            && is "$(cat /var/lib/private/tools-agent/work/b.txt)" run
    fi
}
ends_its_command() { # with the agent, when that is killed
    local main
    main=$(pid tools-agent)
    call run_command '{"argv":["sh","-c","setsid sleep 77777 & sleep 77777"]}' > /run/events &
    local client=$!
    if [[ $(http GET /api/v1/agents/hands) != *'"landlock":0'* ]]; then
        await runs 'sleep 77777' || return 1
    fi
    kill -KILL "$main"
    wait $client
    await restarted tools-agent "$main" && await is_ready hands && ! runs 'sleep 77777'
}
runs() { # whether there is a process of exactly these words
    local file line
    for file in /proc/[0-9]*/cmdline; do
        line=$(tr '\0' ' ' 2> /dev/null < "$file") && [ "$line" = "$1 " ] && return
    done
    return 1
}
drop_in_opens_another() {
    systemctl stop tools-agent
    useradd --system tools-agent
    install -d -o tools-agent /srv/project
    sed -i /TOOLS_DIR/d /etc/culvert/tools.env
    mkdir -p /etc/systemd/system/tools-agent.service.d
    sed 's/culvert-agent/tools-agent/g' /root/tools-dir.conf > /etc/systemd/system/tools-agent.service.d/tools-dir.conf
    systemctl daemon-reload && systemctl restart tools-agent && await is_ready hands \
        && done_by write_file '{"path":"a.txt","content":"elsewhere"}' && is "$(cat /srv/project/a.txt)" elsewhere \
        && is "$(stat -c %U /srv/project/a.txt)" tools-agent \
        && refused_by write_file '{"path":"/var/lib/tools-agent/work/d.txt","content":"x"}'
}
allow_programs() { # of flows, on the host; and the folder of the shipped drop-in, which is there but not opened
    mkdir -p /etc/culvert/flows
    echo '{"rules": [{"decision": "allow", "command": ["sh"], "shell": true}]}' > /etc/culvert/programs.jsonc
    echo CULVERT_FLOWS_SHELL_POLICY=/etc/culvert/programs.jsonc >> /etc/culvert/culvert.env
    install -d -m 777 /srv/flows
    systemctl restart culvertd
}
program() { # SCRIPT: a flow runs it; prints the run when it is over
    local id
    # shellcheck disable=SC2016 # for the flow
    printf '{"name": "try", "steps": {"it": {"shell": {"argv": ["sh", "-c", "%s"]}}}, "outputs": {"said": "${steps.it.output}"}}\n' \
        "$1" > /etc/culvert/flows/try.jsonc
    id=$(http POST /api/v1/flow-runs '{"flow":"try"}' | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
    await is_over "$id" && http GET "/api/v1/flow-runs/$id"
}
is_over() { [[ $(http GET "/api/v1/flow-runs/$1") =~ \"state\":\"(done|failed|cancelled|unknown)\" ]]; }
flow_runs_programs() { # in the folder of the state, and confined to it
    local run
    allow_programs && run=$(program 'echo made > a.txt; cat a.txt; echo x > ../b.txt || cat /etc/culvert/culvert.env || echo confined')
    if [[ $run == *Landlock* ]]; then
        echo "     the kernel has no Landlock"
    else
        has "$run" 'made\n' && has "$run" 'confined\n' && is "$(cat /var/lib/private/culvert/work/a.txt)" made \
            && [ ! -e /var/lib/private/culvert/b.txt ]
    fi
}
program_ends_with_it() { # with the daemon, when that is killed
    local main
    main=$(pid culvertd)
    program 'sleep 88888' > /run/events &
    local client=$!
    await runs 'sleep 88888' || return 1
    kill -KILL "$main"
    await restarted culvertd "$main" && ! runs 'sleep 88888'
    local status=$?
    kill $client 2> /dev/null # if it still waits for the run
    return $status
}
hardening_refuses() { # what the drop-in opens, although everybody may write there
    echo CULVERT_FLOWS_SHELL_DIRECTORY=/srv/flows >> /etc/culvert/culvert.env
    systemctl restart culvertd && has "$(program 'echo x > a.txt')" 'Read-only file system' && [ ! -e /srv/flows/a.txt ]
}
drop_in_opens_a_folder() { # as it says: a dynamic user has the name of its unit while that runs
    systemctl stop culvertd.socket culvertd
    useradd --system culvertd
    chown culvertd /srv/flows
    chmod 700 /srv/flows
    sed -i /SHELL_DIRECTORY/d /etc/culvert/culvert.env
    mkdir -p /etc/systemd/system/culvertd.service.d
    cp /root/shell-dir.conf /etc/systemd/system/culvertd.service.d/
    systemctl daemon-reload && systemctl start culvertd.socket culvertd && has "$(program 'echo elsewhere > a.txt')" '"state":"done"' \
        && is "$(cat /srv/flows/a.txt)" elsewhere && is "$(stat -c %U /srv/flows/a.txt)" culvertd \
        && is "$(stat -c '%U %a' /var/lib/culvert/keys/trial)" "culvertd 600" && await is_ready vm
}
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
try "it has the variables of a file that only root reads" environment_file
try "it checks what it reaches" checks_servers
try "it makes keys that are for it alone" keeps_keys
try "an SSH server lets it in with such a key" lets_it_in
try "an SSH tunnel is up and carries bytes" starts_a_tunnel
try "it is up again after the daemon was killed, and nothing is left of the former" tunnel_outlives
try "a tunnel that is stopped leaves no process and no socket" tunnel_ends
try "neither does a daemon that is stopped" tunnel_ends_with_it
try "an agent says what its machine is like" tells_its_machine
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
try "an agent in its unit has tools" start_hands
try "a tool writes in the directory of the tools" writes_in_work
try "it is refused elsewhere" writes_nowhere_else
try "a command runs, and is confined" runs_confined
try "a command ends when its agent is killed" ends_its_command
try "the shipped drop-in opens another directory" drop_in_opens_another
try "a flow runs programs, confined to the folder of the state" flow_runs_programs
try "a program ends when the daemon is killed" program_ends_with_it
try "the unit opens no other folder to programs" hardening_refuses
try "the shipped drop-in opens one" drop_in_opens_a_folder
try "the agent stops as told" agent_stops
try "a host of QEMU's VMs has vhost-vsock" host_of_qemu

[ $failed -eq 0 ] || journalctl -q --no-pager -o short-monotonic -u 'culvert*' -u jailed -u tools-agent -u 'model*'
echo "TRIAL $passed passed, $failed failed"
systemctl poweroff -ff
