#!/usr/bin/env bash
# Ports of an agent, with what people use there: ssh, scp, rsync and Ansible to Debian's OpenSSH server by culvert config-ssh,
# and socat through a port of culvert forward.
# shellcheck source=proxy-daemon/src/test/reach/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh" forward
command -v curl > /dev/null || not_run "curl is missing"
[ -x "$AGENT" ] || not_run "$AGENT is missing"
command -v ssh > /dev/null || need ssh openssh-client
need sshd openssh-server
need socat socat
need rsync rsync

# sshd as root wants a user and a directory of its own, which an unpacked package has not: it gets them in a mount namespace
# of its own.
if [ "$(id -u)" -eq 0 ]; then
    unshare -m true 2> /dev/null || not_run "there are no mount namespaces, and sshd would run as root"
    { cat /etc/passwd && echo 'sshd:x:64999:65534::/run/sshd:/usr/sbin/nologin'; } > "$work/passwd"
fi

export HOME=$work/home
mkdir -p "$work/bin" "$work/server" "$HOME/.ssh"
chmod 700 "$HOME/.ssh"
ln -s "$COMMAND" "$work/bin/culvert"
export PATH=$work/bin:$PATH CULVERT_URL=unix://$work/admin.sock

cp "$(command -v sshd)" "$work/server/sshd" # it starts itself anew, by its whole path
ssh_port=$(free_port)
echo_port=$(free_port)
ssh-keygen -q -t ed25519 -N '' -f "$work/server/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$HOME/.ssh/id_ed25519"
cp "$HOME/.ssh/id_ed25519.pub" "$work/server/authorized_keys"
cat > "$work/server/sshd_config" << END
ListenAddress 127.0.0.1
Port $ssh_port
HostKey $work/server/host_key
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile $work/server/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
END
if [ -e "$work/passwd" ]; then
    # shellcheck disable=SC2016 # for the other shell
    unshare -m bash -c 'mount --bind "$1/passwd" /etc/passwd && mount -t tmpfs none /run && mkdir -m 755 /run/sshd &&
        exec "$1/server/sshd" -D -e -f "$1/server/sshd_config"' bash "$work" > "$work/sshd.log" 2>&1 &
else
    "$work/server/sshd" -D -e -f "$work/server/sshd_config" > "$work/sshd.log" 2>&1 &
fi
pids+=($!)

"$AGENT" --listen "unix://$work/agent.sock" --runtime echo --forward-ports "$ssh_port,$echo_port" > "$work/agent.log" 2>&1 &
pids+=($!)
eventually test -S "$work/agent.sock"
start_daemon << END
{
  "http": {"listen": ["unix://$work/http.sock"]},
  "admin": {"listen": ["unix://$work/admin.sock"]},
  "reach": {"ports": [{"ports": "$ssh_port,$echo_port"}]},
  "agents": [{"id": "web", "address": "unix://$work/agent.sock"}]
}
END
is_ready() { [ "$(culvert agents show web -o json | grep -c '"ready"')" -gt 0 ]; }
eventually is_ready

step "config-ssh writes what ssh needs, and only that"
printf 'Host other\n    Port 2222\n' > "$HOME/.ssh/config"
cp "$HOME/.ssh/config" "$work/before"
culvert config-ssh --dry-run --user "$(id -un)" --port "$ssh_port" > "$work/diff" 2> /dev/null
grep -q '^+    ProxyCommand .*forward --stdio %h' "$work/diff" || fail "the difference is not shown: $(cat "$work/diff")"
cmp -s "$HOME/.ssh/config" "$work/before" || fail "--dry-run has changed a file"
culvert config-ssh --user "$(id -un)" --port "$ssh_port" 2> /dev/null
# ssh looks for its settings in the home of the user database, so it is told where these are.
via() { "$1" -F "$HOME/.ssh/config" -o "UserKnownHostsFile=$HOME/.ssh/known_hosts" -o StrictHostKeyChecking=accept-new \
    -o "IdentityFile=$HOME/.ssh/id_ed25519" -o BatchMode=yes "${@:2}"; }
via ssh -G other 2> /dev/null | grep -q '^port 2222' || fail "the user's own hosts are not what they were"

step "ssh runs a command, and passes its status on"
[ "$(via ssh web.culvert 'echo hello; exit 7' || echo "status $?")" = "$(printf 'hello\nstatus 7')" ] || fail "ssh web.culvert does not work"

step "scp and rsync carry 20 MB each way"
head -c 20000000 /dev/urandom > "$work/sent"
{ via scp -q "$work/sent" "web.culvert:$work/by-scp" && cmp "$work/sent" "$work/by-scp"; } || fail "scp does not work"
{ via scp -q "web.culvert:$work/by-scp" "$work/back" && cmp "$work/sent" "$work/back"; } || fail "scp back does not work"
mkdir "$work/tree" && cp "$work/sent" "$work/tree/a" && echo b > "$work/tree/b"
shell="ssh -F $HOME/.ssh/config -o UserKnownHostsFile=$HOME/.ssh/known_hosts -o IdentityFile=$HOME/.ssh/id_ed25519 -o BatchMode=yes"
rsync -a --rsync-path="$(command -v rsync)" -e "$shell" "$work/tree/" "web.culvert:$work/by-rsync/" || fail "rsync does not work"
diff -r "$work/tree" "$work/by-rsync" || fail "rsync has lost something"

# Debian's, which finds its libraries where they are unpacked; they may be installed as well.
if (need ansible ansible-core python3-{cffi-backend,cryptography,jinja2,markupsafe,packaging,resolvelib,yaml}) &&
    export PYTHONPATH=$REACH_CACHE/usr/lib/python3/dist-packages LC_ALL=C.UTF-8 ANSIBLE_HOME=$work/ansible && ansible --version > "$work/ansible.log" 2>&1; then
    step "ansible -m ping finds it by its name in an inventory"
    printf '[agents]\nweb.culvert ansible_python_interpreter=/usr/bin/python3\n' > "$work/inventory"
    ANSIBLE_REMOTE_TMP=$work/ansible/remote ANSIBLE_SSH_ARGS="${shell#ssh }" ansible -i "$work/inventory" -m ping agents > "$work/ansible.log" 2>&1 ||
        fail "ansible does not work"
    grep -qE '^web\.culvert \| SUCCESS' "$work/ansible.log" || fail "ansible says no success"
else
    step "ansible NOT TRIED, because it cannot be run here" >&2
fi

step "a port of culvert forward leads to the agent's, and each direction ends by itself"
socat "TCP-LISTEN:$echo_port,bind=127.0.0.1,fork,reuseaddr" 'SYSTEM:cat' > "$work/socat.log" 2>&1 &
pids+=($!)
set -m # or the program would ignore Ctrl-C
"$work/bin/culvert" forward web "0:$echo_port" -o name > "$work/forwarded" 2> "$work/forward.log" &
forward=$!
set +m
pids+=("$forward")
eventually grep -q : "$work/forwarded"
address=$(head -n 1 "$work/forwarded")
socat -t 30 - "TCP:$address" < "$work/sent" > "$work/echoed" || fail "socat through $address does not work"
cmp "$work/sent" "$work/echoed" || fail "what came back is not what was sent"

step "Ctrl-C ends it, and the port is free"
kill -INT "$forward"
status=0
wait "$forward" || status=$?
[ "$status" -eq 130 ] || fail "culvert forward ended with $status"
(: < "/dev/tcp/${address%:*}/${address#*:}") 2> /dev/null && fail "the port still listens"

step "config-ssh --remove leaves what was there before"
culvert config-ssh --remove 2> /dev/null
{ cmp "$HOME/.ssh/config" "$work/before" && [ ! -e "$HOME/.ssh/culvert.config" ]; } || fail "--remove leaves something"
step "passed"
