#!/usr/bin/env bash
# Runs the commands of two pages as they are, for run.sh and in namespaces of its own: those that put the agent into a root
# file system (images.sh), and in that one those that make a jail whose socket a group may use (jail.sh).
#
# DEBIAN is what debootstrap made with the flags of the page.
set -euo pipefail

fail() {
    echo "systemd: the commands of a page: $*" >&2
    exit 1
}

# Downloads nothing again.
debootstrap() {
    [[ $* == "--variant=minbase --include=systemd,systemd-sysv "*" rootfs" ]] || fail "debootstrap $*"
    cp -a "$DEBIAN" rootfs
}

# shellcheck source=/dev/null
. ./images.sh > said
grep -q '^culvert-agent [0-9]' said || fail "the agent does not start in the root file system: $(cat said)"
[ -h rootfs/etc/systemd/system/multi-user.target.wants/culvert-agent.service ] || fail "the agent is not enabled"

gzip -dc initramfs.gz | cpio --quiet -t > files
for file in init usr/lib/culvert-agent/bin/culvert-agent; do
    grep -qx "$file" files || fail "the initramfs lacks $file: $(cat files)"
done
mount -t proc proc root/proc
chroot root /usr/lib/culvert-agent/bin/culvert-agent --version | grep -q '^culvert-agent [0-9]' || fail "the agent does not start on busybox"
chroot root /bin/sh -n /init || fail "the init is no script"

mount -t proc proc rootfs/proc
cat > rootfs/usr/bin/jailer << 'JAILER'
#!/bin/sh
# Stands in for Firecracker's: the jail is for the user alone, and the socket gets its mode from the umask.
[ "$1 $3 $5 $7" = "--id --exec-file --uid --gid" ] || exit 2
jail=/srv/jailer/firecracker/$2/root
chown "$6:$8" "$jail"
chmod 0700 "$jail"
exec setpriv --reuid "$6" --regid "$8" --clear-groups culvert-agent --listen "unix://$jail/v.sock" --runtime echo
JAILER
chmod 755 rootfs/usr/bin/jailer
touch rootfs/{vmlinux,rootfs.ext4,vm.json}
cp jail.sh rootfs/
chroot rootfs env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin timeout 60 bash -euo pipefail /jail.sh > said 2>&1 || fail "the jail: $(cat said)"
socket=/srv/jailer/firecracker/web/root/v.sock
group=$(chroot rootfs getent group vmm | cut -d: -f3)
chroot rootfs setpriv --reuid 20000 --regid 20000 --groups "$group" test -w $socket || fail "the group cannot use the jail's socket"
! chroot rootfs setpriv --reuid 20000 --regid 20000 --clear-groups test -e $socket || fail "everybody sees the jail's socket"
echo "systemd: the commands of the pages about images and jails work"
