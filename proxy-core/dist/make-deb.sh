#!/usr/bin/env bash
# Makes a Debian package from the image of a program (see make-image.sh). The package contains:
#
#   /usr/lib/NAME, /usr/bin          the image, and links to its launchers
#   /etc/culvert/                    the settings; dpkg keeps the changes of the administrator
#   /usr/lib/systemd/system/         the units of DIST
#   /usr/share/NAME/                 what DIST has for Prometheus and Grafana, its flows, its drop-ins for units (*.conf), and examples
#   /usr/share/doc/NAME/             the pages, if there are any next to DIST
#   manual pages and completions for bash and zsh, generated from the picocli command
#   the manual page of the settings, if DIST has a program that writes it
#
# usage: make-deb.sh --name NAME --version VERSION --maintainer WHO --commands CLASSES --class-path JARS
#                    --dist DIST --settings FILE --timestamp TIME --out DIR
#
# CLASSES, with blanks between them, are arguments of Manual.java. The same image gives the same bytes. SOURCE_DATE_EPOCH
# overrides TIME, and DEBFULLNAME and DEBEMAIL, which Debian's tools use too, together override WHO.
# If a packaging tool is missing, this script prints one line and makes no package.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
    echo "make-deb: $*" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || fail "$1 takes a value"
    case $1 in
        --name) name=$2 ;;
        --version) version=${2//-/\~} ;; # 1.0-SNAPSHOT comes before 1.0
        --maintainer) maintainer=$2 ;;
        --commands) commands=$2 ;;
        --class-path) class_path=$2 ;;
        --dist) dist=$2 ;;
        --settings) settings=$2 ;;
        --timestamp) timestamp=$2 ;;
        --out) out=$(cd "$2" && pwd) ;;
        *) fail "unknown option $1" ;;
    esac
    shift 2
done

[ -z "${DEBFULLNAME:-}" ] || [ -z "${DEBEMAIL:-}" ] || maintainer="$DEBFULLNAME <$DEBEMAIL>"
image=$out/$name
if ! [ -d "$image" ]; then
    echo "make-deb: made no Debian package of $name, because its image is missing"
    exit 0
fi
for program in dpkg-deb objdump; do
    if ! command -v $program > /dev/null; then
        echo "make-deb: made no Debian package of $name, because $program is missing (install dpkg and binutils)"
        exit 0
    fi
done
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date --date="$timestamp" +%s)}
java=${TOOLCHAIN_JAVA_HOME:-${JAVA_HOME:?must be the home of a JDK 25}}/bin/java
architecture=$(dpkg --print-architecture)
work=$out/deb-work
root=$work/root
doc=$root/usr/share/doc/$name
units_dir=$root/usr/lib/systemd/system
rm -rf "$work" "$out/manual"
mkdir -p "$root"/{DEBIAN,etc/culvert,usr/{bin,lib}} "$units_dir" "$doc/legal" "$root"/usr/share/{lintian/overrides,man/man8} \
    "$root"/usr/share/{bash-completion/completions,zsh/vendor-completions}

# One folder of licences for each package.
cp -a "$image" "$root/usr/lib/$name"
mv "$root/usr/lib/$name/runtime/legal" "$doc/legal/runtime"
mv "$root/usr/lib/$name/legal"/* "$doc/legal/"
rmdir "$root/usr/lib/$name/legal"
for launcher in "$image"/bin/*; do
    ln -s "../lib/$name/bin/$(basename "$launcher")" "$root/usr/bin/"
done
cp "$settings" "$root/etc/culvert/"
find "$dist" -maxdepth 1 \( -name '*.service' -o -name '*.socket' \) -exec cp {} "$units_dir/" ';'

for folder in prometheus grafana flows; do
    [ ! -d "$dist/$folder" ] || { mkdir -p "$root/usr/share/$name" && cp -r "$dist/$folder" "$root/usr/share/$name/"; }
done
for drop_in in "$dist"/*.{conf,example}; do
    [ ! -f "$drop_in" ] || { mkdir -p "$root/usr/share/$name" && cp "$drop_in" "$root/usr/share/$name/"; }
done
# In the folders of the source, so that the links between pages lead somewhere.
if [ -d "$dist/../docs" ]; then
    (cd "$here/../.." && cp -r --parents README.md proxy-daemon/docs proxy-daemon/dist/{culvertd.jsonc,culvert.env.example,shell-dir.conf,flows,prometheus,grafana} \
        guest-agent/dist/{README.md,tools-dir.conf} protocol-spec/*.{md,yaml} "$doc/")
fi

units=$(cd "$units_dir" && echo *)
services=$(cd "$units_dir" && echo *.service)
[ -f "$units_dir/$name.service" ] || fail "found no $name.service in $dist"
state=$(sed -n 's/^StateDirectory=//p' "$units_dir/$name.service")
groups=$(sed -n 's/^Group=//p' "$units_dir"/*.service | sort -u | tr '\n' ' ')
[[ $state =~ ^[a-z-]+$ ]] || fail "$name.service must name one StateDirectory, which purge removes, but names '$state'"

# The libraries that the image needs from the system. glibc is one package; the newest symbol gives the version.
# dpkg-shlibdeps would ask for a newer one: the version in which the glibc of this machine last moved the symbol.
# objdump fails on files that are neither programs nor libraries.
needs=$(find "$image" -type f -exec objdump -p {} + 2> /dev/null || true)
depends="libc6 (>= $(sed -n 's/.* GLIBC_\([0-9.]*\)$/\1/p' <<< "$needs" | sort -V | tail -1 | grep .))" || fail "the image contains no programs"
while read -r library; do
    case $library in
        ld-linux*.so.* | lib[cm].so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1) ;;
        *)
            [ -n "$(find "$image" -name "$library")" ] ||
                depends+=", $(dpkg-query --search "*/$library" | sed -n '1s/:.*//p' | grep .)" ||
                fail "found no package with $library"
            ;;
    esac
done < <(awk '$1 == "NEEDED" { print $2 }' <<< "$needs" | sort -u)
[ -z "$groups" ] || depends+=", passwd" # postinst calls groupadd

fill() {
    sed -e "s/@NAME@/$name/g" -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@MAINTAINER@/${maintainer//&/\\&}/" \
        -e "s/@DEPENDS@/$depends/" -e "s/@SIZE@/${size:-}/" -e "s/@UNITS@/$units/" -e "s/@SERVICES@/$services/" \
        -e "s/@STATE@/$state/g" -e "s/@GROUPS@/$groups/" "$1"
}

for command in $commands; do
    "$java" --class-path "$class_path" "$here/Manual.java" "$command" "Culvert $version" \
        "$(date --utc --date="@$SOURCE_DATE_EPOCH" +%F)" "$out/manual"
done
if [ -f "$dist/SettingsManual.java" ]; then
    "$java" --class-path "$class_path" "$dist/SettingsManual.java" "Culvert $version" \
        "$(date --utc --date="@$SOURCE_DATE_EPOCH" +%F)" "$out/manual"
fi
for page in "$out/manual"/*.[158]; do
    install -D -m 644 "$page" "$root/usr/share/man/man${page##*.}/${page##*/}"
done
sed '1{/^#!/d}' "$out/manual/$name.bash" > "$root/usr/share/bash-completion/completions/$name"
if [ -x "$image/bin/culvert" ]; then
    mkdir -p "$root/usr/share/fish/vendor_completions.d"
    "$image/bin/culvert" completion bash > "$root/usr/share/bash-completion/completions/culvert"
    "$image/bin/culvert" completion zsh > "$root/usr/share/zsh/vendor-completions/_culvert"
    "$image/bin/culvert" completion fish > "$root/usr/share/fish/vendor_completions.d/culvert.fish"
fi
fill "$here/deb/zsh-completion" > "$root/usr/share/zsh/vendor-completions/_$name"
fill "$here/deb/lintian-overrides" > "$root/usr/share/lintian/overrides/$name"
fill "$here/deb/copyright" > "$doc/copyright"
cat > "$doc/changelog" <<TEXT
$name ($version) unstable; urgency=medium

  * Version $version.

 -- $maintainer  $(date --utc --date="@$SOURCE_DATE_EPOCH" --rfc-email)
TEXT
gzip -9 -n "$doc/changelog" "$root"/usr/share/man/man*/*

size=$(cd "$root" && find etc usr -printf '%y %s\n' | awk '{ kib += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print kib }')
fill "$dist/deb/control" > "$root/DEBIAN/control"
(cd "$root" && find etc -type f -printf '/%p\n' | sort) > "$root/DEBIAN/conffiles"
(cd "$root" && find usr -type f | sort | xargs md5sum) > "$root/DEBIAN/md5sums"
for script in postinst prerm postrm; do
    fill "$here/deb/$script" > "$root/DEBIAN/$script"
done
chmod -R u=rwX,go=rX "$root"
chmod 755 "$root"/DEBIAN/{postinst,prerm,postrm}
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

package=${name}_${version}_$architecture.deb
# Most of the data is compressed already: a higher level takes five times as long and saves a twelfth.
dpkg-deb --root-owner-group -Zxz -z0 --build "$root" "$out/$package" > "$work/log" || { cat "$work/log"; exit 1; }
rm -rf "$work"
echo "make-deb: $out/$package has $(du -m "$out/$package" | cut -f1) MB, installed $((size / 1024)) MB"
