#!/bin/sh
# Starts @NAME@ on the Java runtime next to it, and tells it which of its outputs are terminals, because Java cannot
# tell. It ignores other Java installations and their variables. Put more options for the JVM into CULVERT_JAVA_OPTIONS.
self=$0
while [ -h "$self" ]; do
    target=$(readlink "$self")
    case $target in
        /*) self=$target ;;
        *) self=${self%/*}/$target ;;
    esac
done
home=${self%/*}/..
cache=$home/lib/@NAME@.aot

set -- --enable-native-access=@MODULE@ -m @MODULE@/@MAIN@ "$@"
if [ -r "$cache" ]; then
    set -- "-XX:AOTCache=$cache" "$@"
fi
terminal=
[ ! -t 2 ] || terminal=2
if [ -t 1 ]; then
    terminal=1$terminal
    size=$(stty size <&1 2> /dev/null)
    set -- "-Dculvert.columns=${size#* }" "$@"
fi
unset CLASSPATH JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
# shellcheck disable=SC2086 # several options, separated by spaces
exec "$home/runtime/bin/java" "@$home/lib/@OPTIONS@" "-Dculvert.terminal=$terminal" "-Dculvert.home=$home" \
    $CULVERT_JAVA_OPTIONS "$@"
