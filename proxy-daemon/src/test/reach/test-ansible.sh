#!/usr/bin/env bash
# What culvert sync writes for Ansible, with Debian's Ansible: the inventory, the playbook for nodes and the one that installs
# and enrols an agent, over ssh to Debian's OpenSSH server, and then once more through the agent, by culvert config-ssh.
# ansible-lint judges the playbooks where it is installed, or can be.
# shellcheck source=proxy-daemon/src/test/reach/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh" ansible
[ "$(id -u)" -eq 0 ] || not_run "the playbooks write files of root"
unshare -m true 2> /dev/null || not_run "there are no mount namespaces, and the playbooks would write to this machine"
command -v curl > /dev/null || not_run "curl is missing"
[ -x "$AGENT" ] || not_run "$AGENT is missing"
command -v ssh > /dev/null || need ssh openssh-client
need sshd openssh-server
need ansible-playbook ansible-core python3-{cffi-backend,cryptography,jinja2,markupsafe,packaging,resolvelib,yaml}
export PYTHONPATH=$REACH_CACHE/usr/lib/python3/dist-packages LC_ALL=C.UTF-8 ANSIBLE_HOME=$work/ansible
ansible-playbook --version > "$work/ansible.log" 2>&1 || not_run "Ansible cannot be run: $(head -n 1 "$work/ansible.log")"

export HOME=$work/home
mkdir -p "$work/bin" "$work/guest/bin" "$work/guest/nothing" "$HOME/.ssh"
chmod 700 "$HOME/.ssh"
ln -s "$COMMAND" "$work/bin/culvert"
export PATH=$work/bin:$PATH CULVERT_URL=unix://$work/admin.sock

# The machine that Ansible changes is this one, as sshd sees it in a mount namespace of its own: with other folders in the
# places that the playbooks write to, and with programs that stand for systemd and for Proxmox's qm. The agent is a real one.
cat > "$work/guest/bin/modprobe" << 'END'
#!/bin/sh
[ "$1" = vhost_vsock ]
END
cat > "$work/guest/bin/qm" << END
#!/bin/sh
set -eu
file=$work/guest/vm-\$2
case \$1 in
    config) cat "\$file" ;;
    set)
        [ "\$3" = --args ]
        sed -i '/^args: /d' "\$file"
        echo "args: \$4" >> "\$file"
        echo "update VM \$2: -args \$4"
        ;;
esac
END
cat > "$work/guest/bin/systemctl" << END
#!/bin/bash
# systemctl of one unit, culvert-agent, which it starts with what the unit's files say.
set -eu
state=$work/guest
runs() { [ -s "\$state/pid" ] && kill -0 "\$(< "\$state/pid")" 2> /dev/null; }
end() { ! runs || { kill "\$(< "\$state/pid")" && while runs; do sleep 0.05; done; }; }
begin() {
    grep -qx 'IPAddressAllow=127.0.0.1' /etc/systemd/system/culvert-agent.service.d/join.conf
    (set -a && . /etc/culvert/agent.env && exec setsid "$AGENT" --state-dir /var/lib/culvert-agent < /dev/null >> "$work/agent.log" 2>&1) &
    echo \$! > "\$state/pid"
    echo \$! >> "\$state/pids"
}
case \$1 in
    daemon-reload) ;;
    show)
        echo LoadState=loaded
        if runs; then echo ActiveState=active; else echo ActiveState=inactive; fi
        ;;
    is-enabled) if [ -e "\$state/enabled" ]; then echo enabled; else echo disabled && exit 1; fi ;;
    enable) touch "\$state/enabled" ;;
    start) runs || begin ;;
    restart)
        end
        begin
        ;;
    *) echo "what is systemctl \$*?" >&2 && exit 1 ;;
esac
END
chmod 755 "$work/guest/bin"/*
: > "$work/guest/pids"
printf '%s\n' 'cores: 2' 'name: web-01' 'args: -device virtio-rng-pci' > "$work/guest/vm-101"
printf '%s\n' 'cores: 2' 'args: -device vhost-vsock-pci,guest-cid=102' > "$work/guest/vm-102"
# shellcheck disable=SC2317 # run by the trap
end_agents() {
    local pid
    while read -r pid; do
        [ "$(readlink "/proc/$pid/root/var/lib/culvert-agent/mine" 2> /dev/null)" != "$work" ] || kill -KILL "$pid" || true
    done < "$work/guest/pids"
}
trap 'end_agents; clean_up' EXIT

cp "$(command -v sshd)" "$work/guest/sshd" # it starts itself anew, by its whole path
ssh_port=$(free_port)
ssh-keygen -q -t ed25519 -N '' -f "$work/guest/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$HOME/.ssh/id_ed25519"
cp "$HOME/.ssh/id_ed25519.pub" "$work/guest/authorized_keys"
cat > "$work/guest/sshd_config" << END
ListenAddress 127.0.0.1
Port $ssh_port
HostKey $work/guest/host_key
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile $work/guest/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
SetEnv PATH=$work/guest/bin:/usr/bin:/bin:/usr/sbin:/sbin
Subsystem sftp internal-sftp
END
cat > "$work/guest/begin.sh" << END
set -eu
cd "$work/guest"
cp -a /etc etc
grep -q '^sshd:' etc/passwd || echo 'sshd:x:64999:65534::/run/sshd:/usr/sbin/nologin' >> etc/passwd
mkdir -p etc/culvert etc/modules-load.d etc/systemd/system
echo CULVERT_AGENT_RUNTIME=echo > etc/culvert/agent.env # a setting that has to stay
echo CULVERT_AGENT_FORWARD_PORTS=$ssh_port >> etc/culvert/agent.env
mkdir lib lib/culvert-agent
ln -s "$work" lib/culvert-agent/mine
for entry in /var/lib/*; do
    if [ -d "\$entry" ] && [ ! -L "\$entry" ] && [ "\$entry" != /var/lib/culvert-agent ]; then
        mkdir "lib/\${entry##*/}"
        mount --rbind "\$entry" "lib/\${entry##*/}"
    fi
done
mount --bind etc /etc
mount --rbind lib /var/lib
mount -t tmpfs none /run
mkdir -m 755 /run/sshd
exec "$work/guest/sshd" -D -e -f "$work/guest/sshd_config"
END
unshare -m bash "$work/guest/begin.sh" > "$work/sshd.log" 2>&1 &
pids+=($!)
answers() { (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
eventually answers "$ssh_port"

join_port=$(free_port)
start_daemon << END
{
  "http": {"listen": ["tcp://127.0.0.1:$join_port"]},
  "admin": {"listen": ["unix://$work/admin.sock"]},
  "state_dir": "$work/state",
  "fleet": {"join_url": "ws://127.0.0.1:$join_port"},
  "reach": {"ports": [{"ports": "$ssh_port"}]}
}
END

step "a workspace writes its inventory and its playbooks"
culvert init "$work/lab" --yes --name lab --server lab --node pve1 --no-git 2> /dev/null
cd "$work/lab"
culvert create vm --name web-01 --vmid 101 --clone 9000 --agent 2> /dev/null
culvert create vm --name web-02 --vmid 102 --clone 9000 --agent 2> /dev/null
culvert sync 2> /dev/null
playbooks=(infra/ansible/vsock.json infra/ansible/agent.json)

if ! command -v ansible-lint > /dev/null && command -v apt-get > /dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get -q -q install -y --no-install-recommends ansible-lint > "$work/apt.log" 2>&1 || true
fi
if command -v ansible-lint > /dev/null; then
    step "ansible-lint has nothing to say"
    printf 'offline: true\nkinds:\n  - playbook: "infra/ansible/*.json"\n' > "$work/lint.yml"
    env -u PYTHONPATH ansible-lint -c "$work/lint.yml" --nocolor "${playbooks[@]}" > "$work/lint.log" 2>&1 || fail "ansible-lint says: $(cat "$work/lint.log")"
    ! grep -q WARNING "$work/lint.log" || fail "ansible-lint warns: $(cat "$work/lint.log")"
else
    step "ansible-lint NOT ASKED, because it cannot be installed here" >&2
fi

# One connection for a playbook, and no copies of modules: fewer processes.
export ANSIBLE_REMOTE_TMP=$work/ansible/remote ANSIBLE_NOCOLOR=1 ANSIBLE_PIPELINING=1 ANSIBLE_SSH_CONTROL_PATH_DIR=$work/cp
export ANSIBLE_SSH_ARGS="-F $HOME/.ssh/config -o UserKnownHostsFile=$HOME/.ssh/known_hosts -o StrictHostKeyChecking=accept-new \
-o IdentityFile=$HOME/.ssh/id_ed25519 -o BatchMode=yes -o ControlMaster=auto -o ControlPersist=20s"
root=(-e ansible_user=root -e ansible_python_interpreter=/usr/bin/python3)
directly=("${root[@]}" -e ansible_host=127.0.0.1 -e "ansible_port=$ssh_port")
: > "$HOME/.ssh/config"

plays() { # ARGUMENTS...
    ansible-playbook "$@" "${playbooks[@]}" > "$work/ansible.log" 2>&1 || fail "ansible-playbook $* failed"
    ! grep -q WARNING "$work/ansible.log" || fail "Ansible warns"
}
# Of the first or the second playbook.
recap() { # PLAYBOOK HOST WORDS
    awk -v playbook="$1" '/^PLAY RECAP/ { n++ } n == playbook' "$work/ansible.log" | grep -qE "^$2 +: .*$3" || fail "$2 has not $3"
}

step "both take --syntax-check, with the inventory in a file and with the program"
plays --syntax-check -i infra/ansible/inventory.json -i infra/ansible/hosts

step "a name instead of an address is refused, before anything is changed"
join=(-l "web-01,pve1" -e "join_url=ws://127.0.0.1:$join_port")
! ansible-playbook -i infra/ansible/inventory.json "${directly[@]}" -l web-01 -e join_url=wss://culvert.example infra/ansible/agent.json > "$work/ansible.log" 2>&1 ||
    fail "a unit that may reach no address is taken"
grep -q 'join_address=ADDRESS' "$work/ansible.log" || fail "it does not say what to do"
[ ! -e "$work/guest/etc/systemd/system/culvert-agent.service.d" ] || fail "something was changed"

step "over ssh: the node gives a VM its device after the arguments that it has, and the agent is enrolled, and ready"
plays -i infra/ansible/inventory.json "${directly[@]}" "${join[@]}"
recap 1 pve1 'changed=2 .*failed=0'
recap 2 web-01 'failed=0'
grep -qx 'args: -device virtio-rng-pci -device vhost-vsock-pci,guest-cid=101' "$work/guest/vm-101" || fail "the VM has: $(cat "$work/guest/vm-101")"
[ "$(grep -c args "$work/guest/vm-102")" -eq 1 ] || fail "a VM with a device got another: $(cat "$work/guest/vm-102")"
[ "$(cat "$work/guest/etc/modules-load.d/culvert-vsock.conf")" = vhost_vsock ] || fail "vhost_vsock is not loaded at each start"
grep -qx CULVERT_AGENT_RUNTIME=echo "$work/guest/etc/culvert/agent.env" || fail "a setting is gone: $(cat "$work/guest/etc/culvert/agent.env")"
is_ready() { [ "$(culvert agents show web-01 -o json 2> /dev/null | grep -c '"ready"')" -gt 0 ]; }
eventually is_ready

step "through the agent, by config-ssh and with the program as inventory, the second time nothing changes"
culvert config-ssh --user root --port "$ssh_port" 2> /dev/null
plays -i infra/ansible/hosts "${root[@]}" -e ansible_host=web-01.culvert "${join[@]}"
recap 1 pve1 'changed=0 .*failed=0'
recap 2 web-01 'changed=0 .*failed=0'
[ "$(wc -l < "$work/guest/pids")" -eq 1 ] || fail "the agent was restarted for nothing"
is_ready || fail "the agent is not ready any more"
step "passed"
