# Sourced by run.sh: how a machine of our own is made and booted in QEMU, under emulation alone, with Debian's kernel for clouds.
# shellcheck shell=bash

# What is fetched or made once.
qemu_cache=${CULVERT_QEMU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/culvert-qemu}
mkdir -p "$qemu_cache"

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# need COMMAND PACKAGE …: installs the packages whose commands are missing.
need() {
    local missing=()
    while [ $# -gt 0 ]; do
        command -v "$1" >/dev/null || missing+=("$2")
        shift 2
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "installing ${missing[*]}"
    as_root apt-get -q update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends "${missing[@]}"
}

# Debian's kernel, unpacked and not installed: sets vmlinuz and kernel_modules.
fetch_kernel() {
    local package kernel=$qemu_cache/kernel
    if ! ls "$kernel"/boot/vmlinuz-* >/dev/null 2>&1; then
        as_root apt-get -q update
        package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ {print $2; exit}')
        (cd "$qemu_cache" && apt-get -q download "$package" && dpkg -x ./"$package"_*.deb kernel && rm ./"$package"_*.deb)
    fi
    vmlinuz=$(ls "$kernel"/boot/vmlinuz-*)
    kernel_modules=$(find "$kernel" -type d -path '*/lib/modules/*/kernel' -prune)
}

# add_libraries ROOT FILE …: the libraries of this machine that the files are linked with.
add_libraries() {
    local root=$1 library
    shift
    for library in $(ldd "$@" 2>/dev/null | awk '$2 == "=>" {print $3} /^\t\// {print $1}' | grep '^/\(usr/\)\?lib' | sort -u); do
        mkdir -p "$root${library%/*}"
        cp -L "$library" "$root$library"
    done
}

# add_program ROOT FILE: into ROOT/bin, with its libraries.
add_program() {
    mkdir -p "$1/bin"
    cp -L "$2" "$1/bin/"
    add_libraries "$1" "$2"
}

# add_busybox ROOT APPLET …
add_busybox() {
    local root=$1 applet
    shift
    add_program "$root" "$(command -v busybox)"
    for applet in "$@"; do
        ln -sf busybox "$root/bin/$applet"
    done
}

# add_modules ROOT NAME …: kernel modules, each behind those it needs in ROOT/modules/order, for insmod.
add_modules() {
    local root=$1 name file needs
    shift
    mkdir -p "$root/modules"
    for name in "$@"; do
        [ ! -e "$root/modules/$name.ko" ] || continue
        file=$(find "$kernel_modules" -name "${name//_/[-_]}.ko*" | grep .) || {
            echo "the kernel has no module $name" >&2
            return 1
        }
        case $file in # Debian 13 packs them
            *.xz) busybox unxz -c "$file" ;;
            *) cat "$file" ;;
        esac >"$root/modules/$name.ko"
        needs=$(tr '\0' '\n' <"$root/modules/$name.ko" | sed -n 's/^depends=//p')
        # shellcheck disable=SC2086 # several names
        add_modules "$root" ${needs//,/ }
        echo "$name" >>"$root/modules/order"
    done
}

# pack ROOT FILE: an initramfs, not compressed, for unpacking is slow under emulation.
pack() {
    (cd "$1" && find . | cpio --quiet -o -H newc) >"$2"
}

# boot SECONDS LOG QEMU'S ARGUMENT …: runs a machine until it powers off. Its serial console is LOG; fails when it takes
# longer. What it has, an initramfs above all, is for the caller to say; where an argument stands twice, the last counts.
#
# A busy host is hard on its clock. Where the kernel cannot measure the TSC against the PIT, for they are emulated at different
# times, it measures it against the HPET, which this machine has; on microvm, which has none, it hangs before its first line.
#
# The processor has no AVX, which that of the images' builder may well have, but what KVM needs, so that there can be a VM in it.
# It lacks cmpxchg16b, behind which QEMU 7.2 garbles the flags: newer kernels die of it.
boot() {
    local seconds=$1 log=$2
    shift 2
    rm -f "$log"
    timeout "$seconds" qemu-system-x86_64 -M q35 -accel tcg -smp 1 -cpu qemu64,+npt,+rdrand,-cx16 \
        -nodefaults -no-user-config -display none -serial "file:$log" -no-reboot \
        -kernel "$vmlinuz" -append "console=ttyS0 reboot=t panic=-1 quiet" "$@" </dev/null
}
