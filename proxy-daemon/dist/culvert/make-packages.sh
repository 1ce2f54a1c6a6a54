#!/usr/bin/env bash
# Makes the packages of the command culvert for machines without the daemon:
#
#   culvert-VERSION.jar                 for any JDK 25: java -jar
#   culvert/                            an image with its own Java runtime (see proxy-core/dist/make-image.sh)
#   culvert-VERSION-linux-ARCH.tar.gz   the same as an archive
#   culvert_VERSION_ARCH.deb            the same as a Debian package, with manual pages and completions
#
# usage: make-packages.sh --version VERSION --maintainer WHO --class-path JARS --timestamp TIME --out DIR
#
# The same classes and image give the same bytes. SOURCE_DATE_EPOCH overrides TIME.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
shared=$here/../../../proxy-core/dist
name=culvert
main=$(cat "$here/main")

fail() {
    echo "make-packages: $*" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || fail "$1 takes a value"
    case $1 in
        --version) version=$2 ;;
        --maintainer) maintainer=$2 ;;
        --class-path) class_path=$2 ;;
        --timestamp) timestamp=$2 ;;
        --out) out=$(cd "$2" && pwd) ;;
        *) fail "unknown option $1" ;;
    esac
    shift 2
done

export JAVA_HOME=${TOOLCHAIN_JAVA_HOME:-${JAVA_HOME:?must be the home of a JDK 25}}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date --date="$timestamp" +%s)}
work=$out/culvert-work
classes=$work/classes
rm -rf "$work"
mkdir -p "$classes" "$work/jar"

# Its own classes, and of the others only those that it needs.
"$JAVA_HOME/bin/java" "$here/Collect.java" "${main%.command.*}" "$class_path" "$classes"
libraries=$(tr : '\n' <<< "$class_path" | grep -E '/(picocli|jackson-core|jline-reader|jline-terminal|jline-terminal-ffm)-[0-9.]+\.jar$')
[ "$(wc -l <<< "$libraries")" = 5 ] || fail "found not all of picocli, jackson-core and JLine in the class path: $class_path"

# The jar. The libraries' signatures, modules and indexes do not fit a merged jar; licences stay.
for jar in $libraries; do
    (cd "$work/jar" && "$JAVA_HOME/bin/jar" --extract --file "$jar")
    mkdir -p "$work/jar/META-INF/legal/$(basename "$jar" .jar)"
    find "$work/jar/META-INF" -maxdepth 1 -type f \( -iname '*license*' -o -iname '*notice*' \) \
        -exec mv {} "$work/jar/META-INF/legal/$(basename "$jar" .jar)/" ';'
    rm -rf "$work"/jar/{module-info.class,META-INF/{MANIFEST.MF,maven,services,proguard,native-image}}
    find "$work/jar/META-INF" -name module-info.class -delete
done
cp "$shared/licences/jline.txt" "$work/jar/META-INF/legal/"
cp -r "$classes/." "$work/jar/"
mkdir "$work/start"
sed "s/@MAIN@/$main/" "$here/Start.java" > "$work/start/Start.java"
"$JAVA_HOME/bin/javac" --release 8 -Xlint:-options -d "$work/jar" "$work/start/Start.java"
printf 'Main-Class: Start\nMulti-Release: true\nEnable-Native-Access: ALL-UNNAMED\n' > "$work/manifest"
"$JAVA_HOME/bin/jar" --create --file "$out/culvert-$version.jar" --manifest "$work/manifest" \
    --date="$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" -C "$work/jar" .

"$shared/make-image.sh" --name $name --version "$version" --main "$main" --modules java.logging,jdk.unsupported \
    --class-path "$classes:$(paste -s -d : <<< "$libraries")" --options "$here/jvm.options" --launcher "$here/launcher.sh" \
    --training "$here/Traffic.java" --timestamp "$timestamp" --out "$out"

image=$out/$name
for program in dpkg-deb objdump; do
    if ! [ -d "$image" ] || ! command -v $program > /dev/null; then
        echo "make-packages: made no Debian package of $name, because its image or $program is missing"
        rm -rf "$work"
        exit 0
    fi
done
architecture=$(dpkg --print-architecture)
debian=${version//-/\~} # 1.0-SNAPSHOT comes before 1.0
root=$work/root
doc=$root/usr/share/doc/$name
mkdir -p "$root"/{DEBIAN,usr/{bin,lib}} "$doc/legal" "$root"/usr/share/{lintian/overrides,man/man1} \
    "$root"/usr/share/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
cp -a "$image" "$root/usr/lib/$name"
mv "$root/usr/lib/$name/runtime/legal" "$doc/legal/runtime"
mv "$root/usr/lib/$name/legal"/* "$doc/legal/"
rmdir "$root/usr/lib/$name/legal"
ln -s "../lib/$name/bin/$name" "$root/usr/bin/$name"

"$JAVA_HOME/bin/java" --class-path "$class_path" "$shared/Manual.java" dev.culvert.daemon.client.command.Culvert "Culvert $version" \
    "$(date --utc --date="@$SOURCE_DATE_EPOCH" +%F)" "$work/manual"
cp "$work"/manual/culvert*.1 "$root/usr/share/man/man1/"
"$image/bin/culvert" completion bash > "$root/usr/share/bash-completion/completions/culvert"
"$image/bin/culvert" completion zsh > "$root/usr/share/zsh/vendor-completions/_culvert"
"$image/bin/culvert" completion fish > "$root/usr/share/fish/vendor_completions.d/culvert.fish"
sed "s/@NAME@/$name/g" "$shared/deb/lintian-overrides" > "$root/usr/share/lintian/overrides/$name"
sed "s/@NAME@/$name/g" "$shared/deb/copyright" > "$doc/copyright"
cat > "$doc/changelog" << TEXT
$name ($debian) unstable; urgency=medium

  * Version $debian.

 -- $maintainer  $(date --utc --date="@$SOURCE_DATE_EPOCH" --rfc-email)
TEXT
gzip -9 -n "$doc/changelog" "$root"/usr/share/man/man1/*

# The runtime needs glibc alone.
needs=$(find "$image" -type f -exec objdump -p {} + 2> /dev/null || true)
depends="libc6 (>= $(sed -n 's/.* GLIBC_\([0-9.]*\)$/\1/p' <<< "$needs" | sort -V | tail -1 | grep .))" || fail "the image contains no programs"
size=$(cd "$root" && find usr -printf '%y %s\n' | awk '{ kib += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print kib }')
sed -e "s/@VERSION@/$debian/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@MAINTAINER@/$maintainer/" -e "s/@DEPENDS@/$depends/" \
    -e "s/@SIZE@/$size/" "$here/deb/control" > "$root/DEBIAN/control"
(cd "$root" && find usr -type f | sort | xargs md5sum) > "$root/DEBIAN/md5sums"
chmod -R u=rwX,go=rX "$root"
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
package=${name}_${debian}_$architecture.deb
dpkg-deb --root-owner-group -Zxz -z0 --build "$root" "$out/$package" > "$work/log" || { cat "$work/log"; exit 1; }
rm -rf "$work"
echo "make-packages: $out/$package has $(du -m "$out/$package" | cut -f1) MB, installed $((size / 1024)) MB"
