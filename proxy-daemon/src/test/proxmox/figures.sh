#!/usr/bin/env bash
# Measures the workspace and what reads, with the packaged programs and the Proxmox of the tests, and fails where it takes
# longer than it may. Run it after `mvn package`; it takes half a minute.
#
#   figures.sh [GUESTS]    with that many guests instead of 40, such as 2000; of more than 100 it measures what reads alone
#
# COMMAND and DAEMON are other programs than those of the build. On a busy or a slow machine, where culvert --version takes
# longer than 200 ms, all limits are longer by the same factor.
set -euo pipefail
module=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
command=${COMMAND:-$module/target/culvertd/bin/culvert}
daemon=${DAEMON:-$module/target/culvertd/bin/culvertd}
guests=${1:-40}
node=pve4 # which has room
for program in "$command" "$daemon" "$module/target/test-classpath"; do
    [ -e "$program" ] || { echo "figures: $program is missing: run mvn package first" >&2; exit 2; }
done
java=$("$module/../culvert" jdk)/bin/java
work=$(mktemp -d)
pids=()
# shellcheck disable=SC2317 # run by the trap
clean_up() {
    exec 3>&-
    kill "${pids[@]}" 2> /dev/null || true
    wait 2> /dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
fail() {
    echo "figures: $*" >&2
    tail -n 20 "$work/daemon.log" >&2 || true
    exit 1
}
eventually() {
    local end=$((SECONDS + 60))
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "never happened: $*"
        sleep 0.1
    done
}

mkfifo "$work/stdin"
"$java" -cp "$module/target/test-classes:$module/target/classes:$(< "$module/target/test-classpath")" \
    dev.culvert.daemon.proxmox.fake.FakeProxmoxProgram --version 9 --task-ms 1000 --guests "$guests" < "$work/stdin" > "$work/fake.log" 2>&1 &
pids+=($!)
exec 3> "$work/stdin"
eventually grep -q '^token ' "$work/fake.log"
said() { sed -n "s/^$1 //p" "$work/fake.log"; }
token=$(said token)
(umask 077 && printf '%s' "${token#*=}" > "$work/secret")
cat > "$work/culvertd.jsonc" << END
{
  "http": {"listen": ["unix://$work/http.sock"]},
  "admin": {"listen": ["unix://$work/admin.sock"]},
  "state_dir": "$work/state",
  "proxmox": [{"name": "lab", "url": "$(sed -n 's/^listening on //p' "$work/fake.log")", "token_id": "${token%%=*}",
    "token_secret": {"file": "$work/secret"}, "fingerprints": ["$(said fingerprint)"]}]
}
END
"$daemon" serve --config "$work/culvertd.jsonc" > "$work/daemon.log" 2>&1 &
daemon_pid=$!
pids+=("$daemon_pid")
export CULVERT_URL=unix://$work/admin.sock HOME=$work XDG_CONFIG_HOME=$work
culvert() { "$command" "$@"; }
polled() { culvert inventory servers -o json 2> /dev/null | grep -q '"state": *"ok"'; }
eventually polled

# The shortest of five.
factor=$(for _ in 1 2 3 4 5; do
    before=$(date +%s%N)
    culvert --version > /dev/null
    echo $(($(date +%s%N) - before))
done | sort -n | awk 'NR == 1 { factor = $1 / 2e8; print (factor > 1 ? factor : 1) }')
[ "$factor" = 1 ] || echo "figures: this machine is slow or busy: all limits are $factor times as long"
slow=0
TIMEFORMAT='%R %U %S'
printf '%-34s %8s %8s %8s %8s\n' FIGURE MOST TOOK COMMAND DAEMON
daemon_cpu() { awk '{sub(/.*\) /, ""); print ($12 + $13) * 10}' "/proc/$daemon_pid/stat"; } # in ms, of 100 ticks a second

# Runs a command that may take MOST seconds, and end with one of the STATUSES. What changes nothing may try three times.
figure() { # NAME MOST STATUSES TRIES COMMAND...
    local name=$1 most=$2 statuses=$3 tries=$4 status real user system before try
    shift 4
    for try in $(seq "$tries"); do
        status=0
        before=$(daemon_cpu)
        { time "$@" > "$work/out" 2> "$work/err"; } 2> "$work/time" || status=$?
        read -r real user system < <(tail -n 1 "$work/time")
        [[ " $statuses " == *" $status "* ]] || fail "$name ended with $status: $(cat "$work/out" "$work/err")"
        awk -v name="$name" -v most="$most" -v factor="$factor" -v real="$real" -v command="$(awk "BEGIN {print $user + $system}")" \
            -v daemon="$(($(daemon_cpu) - before))" -v last="$((try == tries))" 'BEGIN {
                late = real > most * factor
                if (!late || last)
                    printf "%-34s %7ss %7.2fs %7.2fs %7.2fs%s\n", name, most, real, command, daemon / 1000, late ? "  TOO SLOW" : ""
                exit late
            }' && return
    done
    slow=$((slow + 1))
}

figure init 120 0 1 culvert init "$work/lab" --yes --name lab --server lab --node "$node" --ci github
cd "$work/lab"
if [ "$guests" -le 100 ]; then
    figure "sync of $guests guests" 5 0 1 culvert sync
    figure validate 2 0 3 culvert validate
    figure 'plan of what is adopted' 2 0 3 culvert plan
    grep -q 'nothing to change' "$work/out" || fail "what was adopted differs: $(cat "$work/out")"

    # What Terraform can say without the provider, which cannot be had here: that the files are well written, with their imports.
    if command -v terraform > /dev/null; then
        unset TF_CLI_CONFIG_FILE
        (cd infra/terraform && CHECKPOINT_DISABLE=1 terraform providers) > "$work/terraform" 2>&1 || fail "Terraform refuses what sync wrote: $(cat "$work/terraform")"
        grep -q 'provider\[registry.terraform.io/bpg/proxmox\]' "$work/terraform" || fail "Terraform does not see the provider: $(cat "$work/terraform")"
    else
        echo "figures: Terraform NOT ASKED, because it is missing" >&2
    fi

    for i in 1 2 3 4 5; do
        figure "create of VM $i" 2 0 1 culvert create vm --name "new-$i" --clone 900 --cpus 2 --memory 1GiB --net vmbr0 --start
    done
    figure validate 2 0 3 culvert validate
    figure 'plan of 5 VMs' 2 0 3 culvert plan -o name
    digest=$(cat "$work/out")
    figure 'apply of 5 VMs' 120 0 1 culvert apply "$digest"
    figure diff 2 0 3 culvert diff
    figure 'test' 30 0 3 culvert test --junit "$work/junit.xml"
    grep -q 'failures="0"' "$work/junit.xml" || fail "not all is as it should be: $(cat "$work/junit.xml")"
fi

# Every command that reads, of those that a daemon with an inventory can answer.
some=$(culvert vm list -o name | head -n 1)
for line in status health agents 'vm list' "vm show $some" 'vm templates' 'ct list' 'inventory servers' 'inventory nodes' \
    'inventory storages' 'inventory tasks' 'inventory history' 'inventory --list' diff document 'destroy --dry-run' "sync --dry-run $some" turns 'flow list' \
    'tunnel list' approvals webhooks budgets logs 'token list' enrollments 'keys list' 'config print --effective' "doctor --config $work/culvertd.jsonc"; do
    # shellcheck disable=SC2086 # words
    figure "$line" 2 '0 1' 3 culvert $line
done
[ $slow = 0 ] || fail "$slow figures are not held"
