#!/usr/bin/env bash
# Tests vsock in real kernels without opening a vsock on this machine. Boots a machine that QEMU emulates, and runs test
# classes in it with the images of the build. The machine has vsock_loopback (CID 1) and runs a VM on vhost-vsock (CID 3).
#
#   proxy-core/src/test/qemu/run.sh             runs the tests that checks.txt names
#   proxy-core/src/test/qemu/run.sh CLASS ...   runs only these classes
#
# Run it after "mvn package". It takes about seven minutes. The first run also fetches the kernel and missing Debian packages.
# The report is the serial console: a line "ok" or "not ok" for each test. A missing test is a failure. Exits with 77 unless it
# runs on Debian on x86_64. To test another kernel, unpack its package in DIR/kernel and set CULVERT_QEMU_CACHE=DIR.
set -euo pipefail
if ! command -v apt-get >/dev/null || [ "$(uname -m)" != x86_64 ]; then
    echo "vsock: NOT TRIED are real kernels, which takes Debian on x86_64" >&2
    exit 77
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
here=$root/proxy-core/src/test/qemu
# shellcheck source=proxy-core/src/test/qemu/machine.sh
. "$here/machine.sh"

classes=("$@")
[ $# -gt 0 ] || classes=(dev.culvert.transport.VsockTransportTest dev.culvert.daemon.VsockImages dev.culvert.daemon.VhostImages
    dev.culvert.daemon.CloneImages dev.culvert.daemon.HandsImages dev.culvert.daemon.ReachImages)
daemon=$root/proxy-daemon/target/culvertd
agent=$root/guest-agent/target/culvert-agent
for made in "$daemon" "$agent" "$root/proxy-daemon/target/test-classpath"; do
    [ -e "$made" ] || { echo "there is no $made: run mvn package first" >&2; exit 2; }
done
need qemu-system-x86_64 qemu-system-x86 busybox busybox-static cpio cpio
fetch_kernel
unpack reach openssh-client openssh-server rsync ansible-core
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The inner VM: the agent with its defaults, which accept only the host. The kernel turns NAME=VALUE of its command line into
# variables, which are the agent's settings; with HANDS=1 the agent has tools, and a model that calls them.
mkdir -p vm/{dev,proc,sys,tmp,opt}
add_busybox vm sh mount insmod cat ip poweroff head mkdir nc sleep wc
add_modules vm virtio_mmio virtio_pci qemu_fw_cfg vmw_vsock_virtio_transport
cp -r "$agent" vm/opt/
add_libraries vm "$agent/runtime/bin/java" "$agent/runtime/lib/server/libjvm.so" "$agent"/lib/*.so
cat >vm/init <<'INIT'
#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp
ip link set lo up
for module in $(cat /modules/order); do insmod "/modules/$module.ko"; done
runtime=echo
if [ -n "$HANDS" ]; then
    mkdir /tmp/work
    echo 'echo begun >> slow; echo working; sleep 8; wc -l < slow' > /tmp/work/slow.sh
    echo 'echo begun >> asked; wc -l < asked' > /tmp/work/asked.sh
    nc -ll -p 8081 -e /model &
    runtime=http://127.0.0.1:8081
fi
[ ! -e /services ] || . /services
/opt/culvert-agent/bin/culvert-agent --runtime $runtime --echo-delay 20ms
poweroff -f
INIT
cp "$here/model.sh" vm/model
cat >vm/hands.jsonc <<'HANDS'
{"rules": [
    {"decision": "allow", "tools": ["run_command"], "command": ["sh", "slow.sh"], "shell": true},
    {"decision": "ask", "tools": ["run_command"], "command": ["sh", "asked.sh"], "shell": true}
]}
HANDS
chmod +x vm/init vm/model

# For a VM with services besides: an archive that the kernel unpacks over the other one. A second agent in it dials in.
mkdir -p services/{etc,root/.ssh}
add_unpacked services /usr/sbin/sshd /usr/bin/rsync
[ ! -e "$unpacked/usr/lib/openssh/sshd-session" ] || add_unpacked services /usr/lib/openssh/sshd-{session,auth}
add_python services
add_busybox services chmod dirname env grep id ls mktemp nc rm sha256sum stat stty tr uname wget
printf '%s\n' root:x:0:0::/root:/bin/sh sshd:x:100:65534::/run/sshd:/bin/false >services/etc/passwd
ssh_keys=machine/root/.ssh
mkdir -p $ssh_keys
"$unpacked/usr/bin/ssh-keygen" -q -t ed25519 -N '' -f services/etc/host_key
"$unpacked/usr/bin/ssh-keygen" -q -t ed25519 -N '' -f $ssh_keys/id_ed25519
cp $ssh_keys/id_ed25519.pub services/root/.ssh/authorized_keys
cat >services/etc/sshd_config <<'SSHD'
ListenAddress 127.0.0.1
HostKey /etc/host_key
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
SSHD
cat >services/services <<'SERVICES'
mkdir -p /run/sshd /tmp/joined
for buffers in rmem wmem; do echo 4096 131072 262144 >/proc/sys/net/ipv4/tcp_$buffers; done
nc -ll -p 7000 -e cat &
nc -ll -p 7001 -e sh &
/usr/sbin/sshd -f /etc/sshd_config
(
    until cat /proc/net/tcp* | grep -q :1F92; do sleep 1; done # the first one's port 8082: two that start at once take too long
    CULVERT_AGENT_JOIN_TOKEN=$TOKEN CULVERT_AGENT_LLM_LISTEN=127.0.0.1:8083 CULVERT_AGENT_PROXY_LISTEN=127.0.0.1:3129 \
        exec /opt/culvert-agent/bin/culvert-agent --join vsock://2:1028 --state-dir /tmp/joined --runtime echo
) &
SERVICES

# The machine, with the layout of the source tree.
mkdir -p machine/{dev,proc,sys,tmp,vm,app,usr/share,culvert/proxy-daemon/target,culvert/guest-agent/target}
add_busybox machine sh mount insmod cat ip poweroff kill dmesg mkdir sha256sum
add_modules machine vsock_loopback vhost_vsock kvm_amd
add_program machine "$(command -v qemu-system-x86_64)"
mkdir machine/usr/share/qemu
cp -L /usr/share/qemu/{bios-microvm,kvmvapic,linuxboot_dma}.bin /usr/share/seabios/bios-256k.bin machine/usr/share/qemu/
cp "$vmlinuz" machine/vm/kernel
pack vm machine/vm/initramfs
cp -r "$daemon" machine/culvert/proxy-daemon/target/
cp -r "$agent" machine/culvert/guest-agent/target/
jre=$qemu_cache/test-jre
[ -d "$jre" ] || "$("$root/culvert" jdk)/bin/jlink" --strip-debug --no-header-files --no-man-pages --generate-cds-archive --output "$jre" \
    --add-modules java.compiler,java.instrument,java.logging,java.management,java.naming,java.net.http,java.xml,jdk.unsupported
cp -r "$jre" machine/jre
add_unpacked machine /usr/bin/{ssh,scp,rsync}
add_program machine "$(command -v grep)"
add_python machine
cp -r "$unpacked/usr/lib/python3" machine/usr/lib/
mapfile -t modules < <(cd "$unpacked" && find usr/lib/x86_64-linux-gnu/{libyaml-0.so.2,ossl-modules/legacy.so} -printf '/%p\n')
add_unpacked machine "${modules[@]}"
rm -r machine/usr/lib/python3/dist-packages/ansible_test
cp "$unpacked/usr/bin/ansible" machine/usr/bin/
mkdir -p machine/etc/ssh machine/usr/lib/locale
cp -r /usr/lib/locale/C.utf8 machine/usr/lib/locale/
cp services/etc/passwd machine/etc/
printf '%s\n' 'StrictHostKeyChecking accept-new' 'LogLevel ERROR' >machine/etc/ssh/ssh_config
pack services machine/vm/services
add_libraries machine "$jre/bin/java" "$jre/lib/server/libjvm.so" "$daemon"/lib/*.so
class_path=
for entry in $(tr : ' ' <"$root/proxy-daemon/target/test-classpath") "$root"/proxy-daemon/target/{test-classes,classes}; do
    name=${entry#"$root/"}
    [ -f "$entry" ] && name=${entry##*/}
    mkdir -p "machine/app/$(dirname "$name")"
    cp -r "$entry" "machine/app/$name"
    class_path+=/app/$name:
done
cat >machine/vm/run <<'RUN'
#!/bin/sh
# Runs the inner VM with KVM until it is killed. The emulated processor claims to be from AMD.
exec qemu-system-x86_64 -L /usr/share/qemu -M microvm,x-option-roms=off,rtc=on -accel kvm -cpu host -m 384 \
    -nodefaults -no-user-config -display none -serial "file:/tmp/vm-$$.log" -monitor stdio -no-reboot \
    -kernel /vm/kernel -initrd /vm/initramfs -append "console=ttyS0 reboot=t panic=-1 quiet" \
    -device vhost-vsock-device,guest-cid=3 "$@"
RUN
cat >machine/vm/clone <<'RUN'
#!/bin/sh
# The same VM on CID $CID, with a generation id that each start changes, which takes a PC with ACPI.
exec qemu-system-x86_64 -L /usr/share/qemu -M pc -accel kvm -cpu host -m 320 -device vmgenid,guid=auto \
    -nodefaults -no-user-config -display none -serial "file:/tmp/vm-$$.log" -monitor stdio -no-reboot \
    -kernel /vm/kernel -initrd /vm/initramfs -device "vhost-vsock-pci,guest-cid=$CID" "$@"
RUN
cat >machine/vm/reach <<'RUN'
#!/bin/sh
# The same as run, with the services.
[ -e /tmp/reach ] || cat /vm/initramfs /vm/services >/tmp/reach
exec /vm/run -m 512 -initrd /tmp/reach "$@"
RUN
cat >machine/init <<INIT
#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp; mkdir /dev/shm
dmesg -n 1 # keeps messages of the kernel out of the report
ip link set lo up
for module in \$(cat /modules/order); do insmod "/modules/\$module.ko"; done
cd /culvert/proxy-daemon
CULVERT_VSOCK_LOOPBACK=1 /jre/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -Djunit.jupiter.extensions.autodetection.enabled=true \
    -Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector \
    -Dio.netty.util.LeakPresenceDetector.trackCreationStack=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
    -cp "$class_path" dev.culvert.daemon.SerialReport ${classes[*]} || { dmesg; cat /tmp/vm-*.log; }
poweroff -f
INIT
chmod +x machine/init machine/vm/run machine/vm/clone machine/vm/reach
pack machine initramfs

SECONDS=0
boot 2400 serial.log -m 3584 -initrd initramfs || echo "not ok: the machine did not power off in time" >>serial.log
emulated=$SECONDS
tr -d '\r' <serial.log | tee report
sed -n 's/^ok \([^ ]*\).*/\1/p' report | sort >passed
if [ $# -eq 0 ]; then
    sort "$here/checks.txt" >wanted
    comm -23 wanted passed | sed 's/^/not ok: did not pass: /' | tee -a report
    comm -13 wanted passed | sed 's/^/not ok: checks.txt does not name /' | tee -a report
fi
[ -s passed ] && ! grep -q '^not ok' report && echo "vsock in real kernels: $(wc -l <passed) tests passed in $emulated s of emulation"
