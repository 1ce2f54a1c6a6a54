#!/usr/bin/env bash
# Runs JUnit test classes of a module in a small machine of their own, which has vsock_loopback (CID 1): emulated by QEMU, so
# that no AF_VSOCK of this machine is opened. Takes about a minute once the kernel has been fetched.
#
#   proxy-core/src/test/qemu/run.sh proxy-core dev.culvert.transport.VsockTransportTest
#
# The serial log is the report; the exit status is JUnit's, or 99 when the machine never said. Needs Debian's packages
# qemu-system-x86, busybox-static and cpio, a JDK 25 (found by ./culvert jdk), Maven and apt-get, which fetches the kernel.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
[ $# -gt 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
for tool in qemu-system-x86_64 cpio mvn apt-get; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install qemu-system-x86 busybox-static cpio maven" >&2; exit 2; }
done
[ -x /bin/busybox ] || { echo "/bin/busybox is missing: apt-get install busybox-static" >&2; exit 2; }
JAVA_HOME=$("$root/culvert" jdk)
export JAVA_HOME
modules_in_order="vsock vmw_vsock_virtio_transport_common vsock_loopback vhost_iotlb vhost vhost_vsock"
module=$root/$1
shift
cache=${CULVERT_QEMU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/culvert-qemu}
mkdir -p "$cache"
cd "$cache"

# 1. Debian's kernel, unpacked and not installed.
if ! ls kernel/boot/vmlinuz-* >/dev/null 2>&1; then
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ {print $2; exit}')
    apt-get download "$package"
    dpkg -x ./"$package"_*.deb kernel
fi
vmlinuz=$(ls kernel/boot/vmlinuz-*)
modules=$(ls -d kernel/lib/modules/*/kernel)

# 2. A small JRE.
[ -d jre ] || "$JAVA_HOME/bin/jlink" --add-modules java.base,java.logging,java.management,java.naming,java.xml,java.compiler,java.net.http,java.desktop,java.instrument,jdk.unsupported,jdk.net \
    --strip-debug --no-header-files --no-man-pages --generate-cds-archive --output jre

# 3. The machine's files.
junit=$(sed -n 's:.*<junit.version>\(.*\)</junit.version>.*:\1:p' "$root/pom.xml")
(cd "$root" && mvn -q -B -ntp dependency:copy -Dmdep.stripVersion -DoutputDirectory="$cache" \
    -Dartifact="org.junit.platform:junit-platform-console-standalone:$junit")
console=$cache/junit-platform-console-standalone.jar
(cd "$module/.." && mvn -q -B -ntp test-compile dependency:build-classpath -pl "$(basename "$module")" -am \
    -Dspotless.check.skip -Dmdep.outputFile="$cache/classpath" -Dmdep.includeScope=test >maven.log 2>&1 || { cat maven.log; exit 1; }; rm -f maven.log)
rm -rf root && mkdir -p root/{bin,dev,proc,sys,tmp,lib64,lib/x86_64-linux-gnu,modules,app}
cp /bin/busybox root/bin/
for applet in sh mount insmod ls cat poweroff sync ip; do ln -s busybox "root/bin/$applet"; done
cp -L /lib64/ld-linux-x86-64.so.2 root/lib64/
for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libz.so.1; do
    cp -L "/lib/x86_64-linux-gnu/$library" root/lib/x86_64-linux-gnu/
done
for name in $modules_in_order; do
    cp "$(find "$modules" -name "$name.ko")" root/modules/
done
cp -r jre root/jre
cp -r "$module/target/classes" "$module/target/test-classes" root/app/
cp "$console" root/app/console.jar
mkdir root/app/lib
tr ':' '\n' <classpath | grep '\.jar$' | grep -v '/org/junit/\|/opentest4j\|/apiguardian\|aarch_64' | xargs -I{} cp {} root/app/lib/

select=""
for class in "$@"; do select+=" --select-class=$class"; done
cat >root/init <<INIT
#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp
ip link set lo up
for m in $modules_in_order; do insmod /modules/\$m.ko; done
export CULVERT_VSOCK_LOOPBACK=1
/jre/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector -Dio.netty.util.LeakPresenceDetector.trackCreationStack=true \
  -Djunit.jupiter.extensions.autodetection.enabled=true \
  -cp "/app/test-classes:/app/classes:/app/console.jar:/app/lib/*" \
  org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=tree --details-theme=ascii$select
echo "JUNIT EXIT \$?"
sync; poweroff -f
INIT
chmod +x root/init
(cd root && find . | cpio -o -H newc --quiet | gzip -1) >initramfs.gz

# 4. Boot, and wait until it powers off.
rm -f serial.log
timeout 420 qemu-system-x86_64 -M microvm,x-option-roms=off,rtc=on -accel tcg -smp 1 -cpu max -m 1024 \
    -nodefaults -no-user-config -display none -serial file:serial.log -no-reboot \
    -kernel "$vmlinuz" -initrd initramfs.gz -append "console=ttyS0 reboot=t panic=-1 quiet" </dev/null || true
cat serial.log
exit "$(sed -n 's/.*JUNIT EXIT \([0-9]*\).*/\1/p' serial.log | grep . || echo 99)"
