#!/usr/bin/env bash
# SSH tunnels of the daemon's host to Debian's OpenSSH server: kinds, keys and certificates, and everything that goes wrong.
# shellcheck source=proxy-daemon/src/test/reach/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh" ssh
command -v ssh > /dev/null || need ssh openssh-client
command -v curl > /dev/null || not_run "curl is missing"
need sshd openssh-server

# sshd as root wants a user and a directory of its own, which an unpacked package has not: it gets them in a mount namespace
# of its own.
user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
    unshare -m true 2> /dev/null || not_run "there are no mount namespaces, and sshd would run as root"
    { cat /etc/passwd && echo 'sshd:x:64999:65534::/run/sshd:/usr/sbin/nologin'; } > "$work/passwd"
fi

server=$work/server
mkdir "$server"
port=$(free_port)
cp "$(command -v sshd)" "$server/sshd" # it starts itself anew, by its whole path
ssh-keygen -q -t ed25519 -N '' -f "$server/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$server/other_key"
ssh-keygen -q -t ed25519 -N '' -f "$work/ca"
cp "$work/ca.pub" "$server/ca.pub"
: > "$server/authorized_keys"
cat > "$server/sshd_config" << END
ListenAddress 127.0.0.1
Port $port
HostKey $server/host_key
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile $server/authorized_keys
TrustedUserCAKeys $server/ca.pub
AuthorizedPrincipalsFile $server/principals
PubkeyAcceptedAlgorithms ssh-ed25519,ssh-ed25519-cert-v01@openssh.com
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding yes
END
echo deploy > "$server/principals"

start_sshd() {
    if [ -e "$work/passwd" ]; then
        # shellcheck disable=SC2016 # for the other shell
        unshare -m bash -c 'mount --bind "$1/passwd" /etc/passwd && mount -t tmpfs none /run && mkdir -m 755 /run/sshd &&
            exec "$1/server/sshd" -D -e -f "$1/server/sshd_config"' bash "$work" >> "$work/sshd.log" 2>&1 &
    else
        "$server/sshd" -D -e -f "$server/sshd_config" >> "$work/sshd.log" 2>&1 &
    fi
    sshd_pid=$!
    pids+=("$sshd_pid")
    eventually answers "$port"
}

# The processes of the server, its connections included.
sshd_processes() {
    local pid
    echo "$sshd_pid"
    for pid in $(pgrep -P "$sshd_pid"); do
        echo "$pid"
        pgrep -P "$pid" || true
    done
}

stop_sshd() {
    # shellcheck disable=SC2046 # numbers
    kill -KILL $(sshd_processes) 2> /dev/null || true
    wait "$sshd_pid" 2> /dev/null || true
}

answers() { (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# The first line that comes from a port within TIME.
banner() { # PORT TIME
    local line=
    exec 9<> "/dev/tcp/127.0.0.1/$1"
    IFS= read -r -t "$2" line <&9 || true
    exec 9>&-
    echo "$line"
}

settings() {
    cat << END
{
  "http": {"listen": ["unix://$work/http.sock"]},
  "admin": {"listen": ["unix://$work/admin.sock"]},
  "event_loops": 1,
  "state_dir": "$work/state",
  "timeouts": {"drain": "100ms"}
}
END
}

# Whether a tunnel has this value in one of its fields.
has() { # TUNNEL MEMBER VALUE
    api GET "/api/v1/tunnels/$1" && grep -q "\"$2\":\"$3\"" "$work/answer"
}

ssh_processes() { pgrep -f -- "-S $work/state/tunnels/" || true; }
no_ssh() { [ -z "$(ssh_processes)" ]; }
sockets() { find "$work/state/tunnels" -name '*.sock' -o -name '*.ctl' -o -name '*.in' -o -name '*.pid'; }
no_sockets() { [ -z "$(sockets)" ]; }

start_sshd
start_daemon < <(settings)
near=$(free_port)

step "an Ed25519-only server: a key that is not there, one that is not known, one that is trusted and let in"
culvert keys generate build > "$work/build.pub" 2> /dev/null
[ "$(ssh-keygen -lf "$work/build.pub")" = "$(ssh-keygen -lf "$work/state/keys/build")" ] || fail "the fingerprints differ"
culvert tunnel add db "$user@127.0.0.1:$port" --key build --listen "$near" --to "127.0.0.1:$port" --probe banner --keepalive 1s \
    --wait 20s 2> /dev/null
eventually has db hop host_key
fingerprint=$(ssh-keygen -lf "$server/host_key.pub" | cut -d ' ' -f 2)
culvert tunnel trust db | grep -q "$fingerprint" || fail "the key of the server is not shown"
culvert tunnel trust db --fingerprint "$fingerprint" 2> /dev/null
! culvert tunnel restart db 2> "$work/said" || fail "it is up without a key"
grep -q 'Permission denied' "$work/said" || fail "it does not say why: $(cat "$work/said")"
eventually has db hop auth
cat "$work/build.pub" > "$server/authorized_keys"
culvert tunnel restart db 2> "$work/said" || fail "it is not up: $(cat "$work/said")"
[[ $(banner "$near" 10) == SSH-2.0-* ]] || fail "nothing comes through the tunnel"
culvert tunnel start db 2>&1 | grep -q 'already up since' || fail "a second start is no second start"
[ "$(ssh_processes | wc -l)" -ge 1 ] || fail "the processes of ssh are not found"

step "the server is killed: callers wait, and go on"
stop_sshd
eventually has db state waiting
banner "$near" 20 > "$work/waited" &
caller=$!
sleep 0.5
start_sshd
wait $caller
[[ $(cat "$work/waited") == SSH-2.0-* ]] || fail "the caller did not go on: '$(cat "$work/waited")'"

step "the server is stopped: the keepalive notices"
patience=30 eventually has db state up
# shellcheck disable=SC2046 # numbers
kill -STOP $(sshd_processes)
eventually has db hop keepalive
# shellcheck disable=SC2046 # numbers
kill -CONT $(sshd_processes) 2> /dev/null || true # some have ended meanwhile
patience=60 eventually has db state up

step "a remote tunnel, and a second one that finds its port held"
far=$(free_port)
culvert tunnel add back "$user@127.0.0.1:$port" --kind remote --key build --listen "$far" --to "127.0.0.1:$port" --probe banner 2> /dev/null
culvert tunnel start back 2> "$work/said" || fail "it is not up: $(cat "$work/said")"
culvert tunnel status back | grep -q 'of the server came out here' || fail "the server's port was not called: $(culvert tunnel status back)"
[[ $(banner "$far" 10) == SSH-2.0-* ]] || fail "nothing comes back through the tunnel"
culvert tunnel add held "$user@127.0.0.1:$port" --kind remote --key build --listen "$far" --to "127.0.0.1:$port" 2> /dev/null
eventually has held hop remote_port_held
culvert tunnel rm held 2> /dev/null

step "a dynamic tunnel, by CONNECT and by SOCKS"
proxy=$(free_port)
culvert tunnel add out "$user@127.0.0.1:$port" --kind dynamic --key build --listen "$proxy" --probe socks --probe-to "127.0.0.1:$port" 2> /dev/null
culvert tunnel start out 2> "$work/said" || fail "it is not up: $(cat "$work/said")"
for way in "--proxytunnel -x http://127.0.0.1:$proxy" "-x socks5h://127.0.0.1:$proxy"; do
    # shellcheck disable=SC2086 # words
    timeout 3 curl -s --http0.9 $way "http://127.0.0.1:$port/" > "$work/through" || true
    grep -q '^SSH-2.0-' "$work/through" || fail "nothing comes through with $way"
done
refused=$(free_port)
curl -s -o "$work/refused" --proxytunnel -x "http://127.0.0.1:$proxy" "http://127.0.0.1:$refused/" 2> "$work/said" && fail "a closed port answers"

step "a flow starts a tunnel, checks through it, and stops it"
culvert tunnel stop out 2> /dev/null
cat > "$work/through.jsonc" << 'END'
{
  "name": "through",
  "inputs": {"port": {"type": "integer"}},
  "steps": {
    "up": {"tunnel": {"name": "out"}, "timeout": "30s"},
    "reach": {"check": {"urls": ["tcp://127.0.0.1:${inputs.port}"], "tunnel": "${steps.up.name}"}},
    "down": {"tunnel": {"name": "out", "do": "stop"}, "needs": ["reach"], "finally": true}
  },
  "outputs": {"was": "${steps.up.state}", "reached": "${steps.reach.ok}", "is": "${steps.down.state}"}
}
END
culvert flow run "$work/through.jsonc" --input "port=$port" --wait --output json > "$work/said" 2>&1 || fail "the flow failed: $(cat "$work/said")"
for word in '"was": *"up"' '"reached": *true' '"is": *"down"'; do
    grep -q "$word" "$work/said" || fail "the flow has not $word: $(cat "$work/said")"
done
culvert tunnel start out 2> /dev/null

step "a certificate instead of the key"
: > "$server/authorized_keys"
ssh-keygen -q -s "$work/ca" -I culvert -n deploy "$work/build.pub" 2> /dev/null
! culvert tunnel restart db 2> /dev/null || fail "a key that the server does not know is let in"
culvert keys certify build "$work/build-cert.pub" 2> /dev/null
culvert tunnel restart db 2> "$work/said" || fail "the certificate is not taken: $(cat "$work/said")"

step "the server has another key"
stop_sshd
cp "$server/other_key" "$server/host_key"
cp "$server/other_key.pub" "$server/host_key.pub"
start_sshd
patience=40 eventually has db hop host_key
culvert tunnel trust db --fingerprint "$(ssh-keygen -lf "$server/host_key.pub" | cut -d ' ' -f 2)" 2> /dev/null
culvert tunnel restart db 2> "$work/said" || fail "the new key is not taken: $(cat "$work/said")"

step "no such host, and nobody there"
culvert tunnel add nowhere me@nowhere.invalid --to "127.0.0.1:1" 2> /dev/null
eventually has nowhere hop dns
culvert tunnel add closed "me@127.0.0.1:$refused" --to "127.0.0.1:1" 2> /dev/null
eventually has closed hop tcp
culvert tunnel rm nowhere 2> /dev/null
culvert tunnel rm closed 2> /dev/null

step "the daemon is killed: no process and no socket is left; started again, the tunnels are up"
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2> /dev/null || true
eventually no_ssh
[ -z "$(find "$work/state/tunnels" -name '*.sock' -o -name '*.ctl' -o -name '*.pid')" ] || fail "left: $(sockets)"
rm -f "$work/admin.sock"
start_daemon < <(settings)
eventually has db state up
eventually has back state up
[[ $(banner "$near" 10) == SSH-2.0-* ]] || fail "nothing comes through the tunnel"

step "the daemon and the guards are killed: the next daemon ends what is left"
guards=$(pgrep -f -- "sh -c left=" | while read -r pid; do tr '\0' '\n' < "/proc/$pid/cmdline" | grep -q "$work/state/" && echo "$pid"; done || true)
# shellcheck disable=SC2086 # numbers
kill -KILL "$daemon_pid" $guards
wait "$daemon_pid" 2> /dev/null || true
sleep 0.5
rm -f "$work/admin.sock"
start_daemon < <(settings)
eventually has db state up
[[ $(banner "$near" 10) == SSH-2.0-* ]] || fail "nothing comes through the tunnel"

step "reach: what it would do, all of it, how it is, and a stop that leaves nothing"
culvert tunnel stop out 2> /dev/null
culvert reach setup --dry-run "tcp://127.0.0.1:$port" > "$work/said" 2>&1 || fail "the dry run fails: $(cat "$work/said")"
for words in 'key build  *there' 'tunnel out  *would start' 'tunnel db  *up' 'check .*would check'; do
    grep -q "$words" "$work/said" || fail "the dry run does not say '$words': $(cat "$work/said")"
done
has out state down || fail "the dry run has started something"
culvert reach setup "tcp://127.0.0.1:$port" > "$work/said" 2>&1 || fail "the setup fails: $(cat "$work/said")"
culvert reach setup "tcp://127.0.0.1:$port" > "$work/said" 2>&1 || fail "a second setup fails: $(cat "$work/said")"
api POST /api/v1/operations/reach.health '{"urls": []}' || fail "the operation cannot be run by its name"
grep -q '^{"ok":true' "$work/answer" || fail "not all is well: $(cat "$work/answer")"
culvert reach stop > "$work/said" 2>&1 || fail "the stop fails: $(cat "$work/said")"
culvert reach stop > "$work/said" 2>&1 || fail "a second stop fails: $(cat "$work/said")"
no_sockets || fail "left: $(sockets)"
eventually no_ssh # the guards end a moment after what they guard
