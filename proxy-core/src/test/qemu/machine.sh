# Sourced by run.sh: makes a machine with Debian's cloud kernel and boots it in QEMU, by emulation alone.
# shellcheck shell=bash

# For files that are fetched or made once.
qemu_cache=${CULVERT_QEMU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/culvert-qemu}
mkdir -p "$qemu_cache"

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# need COMMAND PACKAGE …: installs the packages of missing commands.
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

# Unpacks Debian's kernel without installing it, and sets vmlinuz and kernel_modules.
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

# unpack DIR PACKAGE …: unpacks Debian's packages without installing them, with the libraries and Python's modules that they
# need, except for the C library. Sets unpacked.
unpack() {
    local packages package
    unpacked=$qemu_cache/$1
    shift
    [ ! -d "$unpacked" ] || return 0
    as_root apt-get -q update
    mapfile -t packages < <(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
        --no-enhances "$@" | grep -E '^(lib|python3)' | grep -vE ':|-perl$|^libc6$')
    rm -rf "$unpacked.part"
    mkdir "$unpacked.part"
    (cd "$unpacked.part" && apt-get -q -q download "$@" "${packages[@]}" && for package in ./*.deb; do
        dpkg -x "$package" . && rm "$package" || exit
    done)
    mv "$unpacked.part" "$unpacked"
}

# add_unpacked ROOT FILE …: adds programs of unpacked packages, with their libraries.
add_unpacked() {
    local root=$1 file library
    shift
    for file in "$@"; do
        mkdir -p "$root${file%/*}"
        cp -L "$unpacked$file" "$root$file"
    done
    (cd "$unpacked" && LD_LIBRARY_PATH=$unpacked/usr/lib/x86_64-linux-gnu:$unpacked/lib/x86_64-linux-gnu ldd "${@/#/.}") >libraries
    if grep 'not found' libraries >&2; then
        echo "libraries of $* are missing" >&2
        return 1
    fi
    awk '$2 == "=>" {print $3} /^\t\// {print $1}' libraries | sort -u | while read -r library; do
        file=${library#"$unpacked"}
        mkdir -p "$root${file%/*}"
        cp -L "$library" "$root$file"
    done
}

# add_python ROOT: adds unpacked Python with its own modules. They are compiled, which takes long where it is emulated.
add_python() {
    local python modules=()
    python=$(basename "$unpacked"/usr/lib/python3.*)
    [ -e "$unpacked/compiled" ] || "$unpacked/usr/bin/$python" -m compileall -q --invalidation-mode unchecked-hash "$unpacked/usr/lib"
    touch "$unpacked/compiled"
    mkdir -p "$1/usr/lib"
    cp -r "$unpacked/usr/lib/$python" "$1/usr/lib/"
    rm -rf "$1/usr/lib/$python"/{config-*,idlelib,lib2to3,pydoc_data,test}
    mapfile -t modules < <(cd "$unpacked" && find "usr/lib/$python" -name '*.so' -printf '/%p\n')
    add_unpacked "$1" "/usr/bin/$python" "${modules[@]}"
    ln -s "$python" "$1/usr/bin/python3"
}

# add_libraries ROOT FILE …: adds the libraries of this machine that the files are linked with.
add_libraries() {
    local root=$1 library
    shift
    for library in $(ldd "$@" 2>/dev/null | awk '$2 == "=>" {print $3} /^\t\// {print $1}' | grep '^/\(usr/\)\?lib' | sort -u); do
        mkdir -p "$root${library%/*}"
        cp -L "$library" "$root$library"
    done
}

# add_program ROOT FILE: adds a program to ROOT/bin, with its libraries.
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

# add_modules ROOT NAME …: adds kernel modules. ROOT/modules/order lists them for insmod, dependencies first.
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

# pack ROOT FILE: makes an initramfs. It is not compressed, because emulation unpacks slowly.
pack() {
    (cd "$1" && find . | cpio --quiet -o -H newc) >"$2"
}

# boot SECONDS LOG QEMU_ARGUMENT …: runs a machine until it powers off, or fails after SECONDS. LOG gets its serial console.
# The caller passes the initramfs and other arguments. The last one counts if an argument is given twice.
#
# On a busy host the emulated PIT and TSC drift, and the kernel cannot calibrate its clock with them. It then uses the HPET,
# which this machine has. The microvm machine has none, and its kernel hangs before the first line.
#
# The processor has no AVX, although the builder of the images may have it, but it has what KVM needs to run a VM inside. It
# has no cmpxchg16b, because QEMU 7.2 garbles the flags after that instruction, which crashes newer kernels.
boot() {
    local seconds=$1 log=$2
    shift 2
    rm -f "$log"
    timeout "$seconds" qemu-system-x86_64 -M q35 -accel tcg -smp 1 -cpu qemu64,+npt,+rdrand,-cx16 \
        -nodefaults -no-user-config -display none -serial "file:$log" -no-reboot \
        -kernel "$vmlinuz" -append "console=ttyS0 reboot=t panic=-1 quiet" "$@" </dev/null
}
