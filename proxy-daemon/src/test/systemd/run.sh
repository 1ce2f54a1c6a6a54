#!/usr/bin/env bash
# Boots the shipped images and units under a real systemd, in a machine that QEMU emulates, and runs the trials in trial.sh
# there. Run it after `mvn package`. It takes about eight minutes; the first run takes one more, to fetch the kernel and make
# the Debian of the machine. Installs missing Debian packages.
#
# The report is the output of the machine. Exits with 0 if all trials passed, and with 77 unless it runs as root on Debian on
# x86_64.
set -euo pipefail
if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null || [ "$(uname -m)" != x86_64 ]; then
    echo "systemd: units NOT TRIED, because that needs root and Debian on x86_64" >&2
    exit 77
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../../.." && pwd)
daemon=$top/proxy-daemon/target/culvertd
agent=$top/guest-agent/target/culvert-agent
for image in "$daemon" "$agent"; do
    [ -d "$image" ] || { echo "$image is missing: run mvn package first" >&2; exit 2; }
done
for tool in qemu-system-x86_64 debootstrap cpio busybox systemctl; do
    if ! command -v $tool > /dev/null; then
        apt-get update -q
        apt-get install -qy --no-install-recommends qemu-system-x86 debootstrap cpio busybox-static systemd
        break
    fi
done
cache=${CULVERT_QEMU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/culvert-qemu}
mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian's kernel, unpacked but not installed, and a small Debian with systemd and an SSH server.
cd "$cache"
if ! ls kernel/boot/vmlinuz-* > /dev/null 2>&1; then
    apt-get update -q
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ {print $2; exit}')
    apt-get download "$package"
    dpkg -x ./"$package"_*.deb kernel
fi
if ! [ -d debian-ssh ]; then
    rm -rf debian-ssh.new
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016 # names that apt-get fills in
    mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        awk -v suite="$suite" '$1 == suite && $2 == "main" { print $3; exit }')
    eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
    export http_proxy
    debootstrap --variant=minbase --include=systemd,systemd-sysv,openssh-server,libnss-systemd "$suite" debian-ssh.new "$mirror" > debootstrap.log 2>&1 ||
        { tail debootstrap.log >&2; exit 1; }
    rm -rf debian-ssh.new/{var/cache,var/lib/apt/lists,usr/share/{doc,info,i18n,locale,man,zoneinfo,perl5}}/* \
        debian-ssh.new/usr/lib/x86_64-linux-gnu/{gconv,perl-base}
    mv debian-ssh.new debian-ssh
fi

# The commands of a page that are for this script.
blocks() { "$top/proxy-daemon/src/test/docs/blocks.sh" "$1" proxy-daemon/src/test/systemd/run.sh; }

# The root file systems of the page about the agent, and in one of them the jail of the page about Firecracker.
mkdir "$work/pages"
cp "$top"/guest-agent/target/culvert-agent-*-linux-x86_64.tar.gz "$top/guest-agent/dist/culvert-agent.service" "$work/pages/"
blocks guest-agent/dist/README.md > "$work/pages/images.sh"
blocks proxy-daemon/docs/firecracker.md > "$work/pages/jail.sh"
(cd "$work/pages" && DEBIAN="$cache/debian-ssh" unshare --mount --pid --fork --kill-child bash "$here/pages.sh")
rm -rf "$work/pages"

# The machine: the images, the units, three agents that echo: one of them slowly and in the chroot of a jailer, and one that
# dials in, by the shipped unit with another name; and by that unit an agent with tools, whose model is a script.
root=$work/root
cp -a debian-ssh "$root"
cp -r "$daemon" "$agent" "$root/usr/lib/"
ln -s ../lib/culvertd/bin/culvertd ../lib/culvertd/bin/culvert ../lib/culvert-agent/bin/culvert-agent "$root/usr/bin/"
cp "$top"/proxy-daemon/dist/culvertd.{service,socket} "$top/guest-agent/dist/culvert-agent.service" "$root/usr/lib/systemd/system/"
ln -s culvert-agent "$root/usr/bin/joined-agent"
sed 's/culvert-agent/joined-agent/g; s|/etc/culvert/agent.env|/etc/culvert/joined.env|' "$top/guest-agent/dist/culvert-agent.service" \
    > "$root/usr/lib/systemd/system/joined-agent.service"
ln -s culvert-agent "$root/usr/bin/tools-agent"
sed 's/culvert-agent/tools-agent/g; s|/etc/culvert/agent.env|/etc/culvert/tools.env|' "$top/guest-agent/dist/culvert-agent.service" \
    > "$root/usr/lib/systemd/system/tools-agent.service"
cp "$(command -v busybox)" "$root/bin/"
mkdir "$root/root/bin" # where systemd and the kernel do not find it while they start
ln -s /bin/busybox "$root/root/bin/modprobe"
kernel=$(ls kernel/lib/modules)
mkdir -p "$root/lib/modules/$kernel"
for module in vsock vmw_vsock_virtio_transport_common vsock_loopback vhost_iotlb vhost vhost_vsock qemu_fw_cfg; do
    cp "$(find kernel/lib/modules -name "$module.ko")" "$root/lib/modules/$kernel/"
done
busybox depmod -b "$root" "$kernel"
cp "$here"/{trial,model}.sh "$top/guest-agent/dist/tools-dir.conf" "$top/proxy-daemon/dist/shell-dir.conf" "$root/root/"
blocks proxy-daemon/docs/qemu.md > "$root/root/qemu.sh"
ln -s lib/systemd/systemd "$root/init"

units=$root/etc/systemd/system
for slow in serial-getty@ttyS0.service getty.target getty-static.service systemd-logind.service systemd-update-utmp.service \
    systemd-update-utmp-runlevel.service e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer systemd-pstore.service; do
    ln -sf /dev/null "$units/$slow"
done
mkdir -p "$root/etc/culvert" "$units"/{culvertd,culvert-agent}.service.d "$units/multi-user.target.wants"
chroot "$root" useradd --system vmm
chroot "$root" useradd --create-home deploy # to whom the daemon's SSH tunnel logs in
rm "$units"/multi-user.target.wants/ssh.service "$units/sshd.service" # trial.sh starts it
chroot "$root" groupadd --system culvert # as the package does
jail=/srv/jailer/firecracker/web/root
chroot "$root" install -d -o vmm -g vmm -m 750 "$jail"
printf '%s\n' '{"agents": [{"id": "vm", "address": "vsock://1:1024"},' \
    "{\"id\": \"jailed\", \"address\": \"unix://$jail/v.sock\"}]}" \
    > "$root/etc/culvert/culvertd.jsonc"
printf '%s\n' CULVERT_AGENT_RUNTIME=echo CULVERT_AGENT_ACCEPT_FROM=any > "$root/etc/culvert/agent.env"
# The optimizing compiler does not pay off here.
printf '%s\n' '[Service]' WatchdogSec=20 TimeoutStopSec=3 TimeoutStartSec=5min SupplementaryGroups=vmm \
    Environment=CULVERT_JAVA_OPTIONS=-XX:TieredStopAtLevel=1 > "$units/culvertd.service.d/trial.conf"
printf '%s\n' '[Socket]' ListenStream=vsock::1024 > "$units/culvert-agent.socket"
printf '%s\n' '[Service]' Type=notify User=vmm UMask=0007 \
    "ExecStart=/usr/bin/culvert-agent --listen unix://$jail/v.sock --runtime echo --echo-delay 1s" > "$units/jailed.service"
printf '%s\n' '[Socket]' ListenStream=127.0.0.1:8081 Accept=yes > "$units/model.socket"
printf '%s\n' '[Service]' ExecStart=/root/model.sh StandardInput=socket > "$units/model@.service"
printf '%s\n' '[Unit]' After=multi-user.target '[Service]' ExecStart=/root/trial.sh StandardOutput=tty StandardError=tty \
    TTYPath=/dev/ttyS0 > "$units/trial.service"
ln -s ../trial.service "$units/multi-user.target.wants/"
(cd "$root" && find . | cpio -o -H newc --quiet) > "$work/initramfs" # not compressed, because emulation unpacks slowly
rm -rf "$root"

# On a busy host the kernel cannot calibrate its clock and hangs. So it is given the frequency of the host.
khz=$(awk '/^bogomips/ {printf "%d", $3 * 500; exit}' /proc/cpuinfo)
generation=324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87 # trial.sh knows it, too
timeout 2400 qemu-system-x86_64 -M q35 -accel tcg -smp 1 -cpu max -m 1024 -device vmgenid,guid=$generation \
    -nodefaults -no-user-config -display none -serial file:"$work/serial.log" -no-reboot \
    -kernel "$(ls kernel/boot/vmlinuz-*)" -initrd "$work/initramfs" \
    -append "console=ttyS0 reboot=t panic=-1 quiet systemd.show_status=0 tsc_early_khz=$khz" < /dev/null || true
tr -d '\r' < "$work/serial.log"
tried=$(grep -c '^try ' "$here/trial.sh")
if ! grep -q "^TRIAL $tried passed, 0 failed" "$work/serial.log"; then
    echo "not all $tried trials passed: see above" >&2
    exit 1
fi
