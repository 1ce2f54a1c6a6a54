#!/usr/bin/env bash
# Makes a tree from a program's jars that runs on a Linux without Java, and an archive of the tree:
#
#   NAME/bin/NAME          starts it
#   NAME/lib/              the options of the JVM, the native libraries for epoll and SQLite, the AOT cache
#   NAME/runtime/          the Java runtime: the modules that the program needs, and the program as another module
#   NAME/legal/            the licences of Culvert and of the jars
#   NAME-VERSION-linux-ARCH.tar.gz
#
# A program that is a module of the runtime has no class path. The AOT cache works best that way, and stays valid
# when the tree is moved or copied.
#
# usage: make-image.sh --name NAME --version VERSION --main CLASS --modules A,B --class-path JARS
#                      --options FILE --training FILE --timestamp TIME --out DIR [--launcher FILE]
#
# A folder next to the options that has a launcher.sh, such as dist/culvert, adds a further launcher with the folder's
# name, on the same runtime: its class is in the file main, and it has jvm.options and a training (Traffic.java) of its
# own.
#
# The training is a Java source file, run as "FILE train LAUNCHER". It starts the program through its launcher, gives
# it typical work, stops it with SIGTERM, and waits until it has ended. $JAVA_HOME must be a JDK 25.
set -euo pipefail

fail() {
    echo "make-image: $*" >&2
    exit 1
}

launcher=$(dirname "${BASH_SOURCE[0]}")/launcher.sh
while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || fail "$1 takes a value"
    case $1 in
        --name) name=$2 ;;
        --version) version=$2 ;;
        --main) main=$2 ;;
        --modules) modules=$2 ;;
        --class-path) IFS=: read -r -a class_path <<< "$2" ;;
        --options) options=$2 ;;
        --training) training=$2 ;;
        --launcher) launcher=$2 ;;
        --timestamp) timestamp=$2 ;;
        --out) out=$(cd "$2" && pwd) ;;
        *) fail "unknown option $1" ;;
    esac
    shift 2
done

case $(uname -s)/$(uname -m) in
    Linux/x86_64) arch=x86_64 classifier=linux-x86_64 ;;
    Linux/aarch64) arch=aarch64 classifier=linux-aarch_64 ;;
    *)
        echo "make-image: made no image of $name: images run on Linux on x86_64 and aarch64, and this is $(uname -s) on $(uname -m)"
        exit 0
        ;;
esac

# Maven's exec plugin puts the JDK of the build first. Maven itself may run on an older one.
jdk=${TOOLCHAIN_JAVA_HOME:-${JAVA_HOME:?must be the home of a JDK 25}}
case $("$jdk/bin/javac" -version 2>&1) in
    'javac 25'*) ;;
    *) fail "$jdk is not a JDK 25" ;;
esac

image=$out/$name
work=$out/image-work
module=${name//-/.}
rm -rf "$image" "$work"
mkdir -p "$work/program" "$image/bin" "$image/lib" "$image/legal"

unpack() { (cd "$1" && "$jdk/bin/jar" --extract --file "$2" "${@:3}"); }

# Merges all jars into one module. Their own metadata is dropped, except for licences, for classes for newer Java
# versions, which replace the older ones, and for what a jar has for browsers: scripts and styles, without the forms of
# them that no page loads. A module of this build may be given as its folder of classes.
program=$work/program
for from in "${class_path[@]}"; do
    if [ -d "$from" ]; then
        cp -r "$from/." "$program/"
        continue
    fi
    case $from in
        *-native-epoll-*-"$classifier".jar)
            mkdir "$work/native"
            unpack "$work/native" "$from" META-INF/native
            cp "$work/native/META-INF/native/"*.so "$image/lib/"
            ;;
        *-native-*-linux-*.jar) ;; # for other machines
        *)
            unpack "$program" "$from"
            legal=$image/legal/$(basename "$from" .jar)
            if [ -d "$program/META-INF/resources" ]; then
                find "$program/META-INF/resources" -type f ! -name '*.module.js' ! -name '*.min.js' ! -name '*.min.css' \
                    ! -name LICENSE -delete
                find "$program/META-INF/resources" -type d -empty -delete
                find "$program/META-INF/resources" -name LICENSE -exec mkdir -p "$legal" ';' -exec cp {} "$legal/" ';'
                mkdir -p "$work/web"
                cp -r "$program/META-INF/resources" "$work/web/"
            fi
            find "$program/META-INF" -maxdepth 1 -type f \( -iname '*license*' -o -iname '*notice*' \) \
                -exec mkdir -p "$legal" ';' -exec mv {} "$legal/" ';'
            # SQLite's library is loaded from lib: it could not be unpacked to a /tmp that is mounted noexec.
            if [ -d "$program/org/sqlite/native" ]; then
                mv "$program/org/sqlite/native/Linux/$arch/libsqlitejdbc.so" "$image/lib/"
                rm -rf "$program/org/sqlite/native"
                mkdir -p "$legal"
                mv "$program/META-INF/maven/org.xerial/sqlite-jdbc"/LICENSE* "$legal/"
            fi
            for newer in $(cd "$program/META-INF" && find versions -mindepth 1 -maxdepth 1 2> /dev/null | sort -V); do
                [ "${newer#versions/}" -gt 25 ] || cp -r "$program/META-INF/$newer/." "$program/"
            done
            rm -rf "$program/META-INF" "$program/module-info.class"
            ;;
    esac
done
compgen -G "$image/lib/libnetty*.so" > /dev/null || ! [ -d "$program/io/netty" ] || fail "no jar contains the native library of epoll for $classifier"

if [ -d "$work/web" ]; then
    mkdir -p "$program/META-INF"
    cp -r "$work/web/resources" "$program/META-INF/"
fi

# The AOT cache takes no classes of Java 5, so those of picocli would be read and verified at each start.
"$jdk/bin/java" "$(dirname "${BASH_SOURCE[0]}")/Renew.java" "$program"

echo "open module $module { requires ${modules//,/; requires }; }" > "$work/module-info.java"
"$jdk/bin/javac" -d "$program" "$work/module-info.java"
"$jdk/bin/jlink" --module-path "$program" --add-modules "$module" --compress zip-6 \
    --strip-java-debug-attributes --no-header-files --no-man-pages --output "$image/runtime"
rm -f "$image/runtime/bin/keytool" "$image/runtime/lib/jrt-fs.jar" # which other Java runtimes would read this one with

mkdir "$image/legal/culvert"
cp "$(dirname "${BASH_SOURCE[0]}")/../../LICENSE" "$image/legal/culvert/"
if [ -d "$program/org/jline" ]; then # its jars come without their licence
    mkdir "$image/legal/jline"
    cp "$(dirname "${BASH_SOURCE[0]}")/licences/jline.txt" "$image/legal/jline/LICENSE.txt"
fi
cp "$options" "$image/lib/jvm.options"
sed -e "s/@NAME@/$name/g" -e "s/@MODULE@/$module/g" -e "s/@MAIN@/$main/g" \
    -e s/@OPTIONS@/jvm.options/g "$launcher" > "$image/bin/$name"
chmod 755 "$image/bin/$name"

# Through its launcher, so that the training uses the same options as later runs.
cache=$image/lib/$name.aot
if ! CULVERT_JAVA_OPTIONS="-XX:AOTCacheOutput=$cache" timeout 300 \
    "$jdk/bin/java" "$training" train "$image/bin/$name" > "$work/training.log" 2>&1 || ! [ -s "$cache" ]; then
    cat "$work/training.log" >&2
    fail "the training run failed: see above"
fi

for further in "$(dirname "$options")"/*/launcher.sh; do
    [ -f "$further" ] || continue
    folder=$(dirname "$further")
    second=$(basename "$folder")
    cp "$folder/jvm.options" "$image/lib/$second.options"
    sed -e "s/@NAME@/$second/g" -e "s/@MODULE@/$module/g" -e "s/@MAIN@/$(cat "$folder/main")/g" \
        -e "s/@OPTIONS@/$second.options/g" "$further" > "$image/bin/$second"
    chmod 755 "$image/bin/$second"
    if ! CULVERT_JAVA_OPTIONS="-XX:AOTCacheOutput=$image/lib/$second.aot" timeout 300 \
        "$jdk/bin/java" "$folder/Traffic.java" train "$image/bin/$second" > "$work/training.log" 2>&1 ||
        ! [ -s "$image/lib/$second.aot" ]; then
        cat "$work/training.log" >&2
        fail "the training run of $second failed: see above"
    fi
done

chmod -R u=rwX,go=rX "$image"
find "$image" -exec touch --no-dereference --date="$timestamp" {} +
archive=$out/$name-$version-linux-$arch.tar.gz
tar --create --directory "$out" --sort=name --mtime="$timestamp" --owner=0 --group=0 --numeric-owner \
    --format=gnu "$name" | gzip -n > "$archive"
rm -rf "$work"
echo "make-image: $image has $(du -sm "$image" | cut -f1) MB, $(basename "$archive") $(du -m "$archive" | cut -f1) MB"
