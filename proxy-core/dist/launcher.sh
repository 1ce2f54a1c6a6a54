#!/bin/sh
# Starts @NAME@ on the Java runtime next to it. It ignores other Java installations and their variables. Put more
# options for the JVM into lib/jvm.options or CULVERT_JAVA_OPTIONS.
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

set -- -m @MODULE@/@MAIN@ "$@"
if [ -r "$cache" ]; then
    set -- "-XX:AOTCache=$cache" "$@"
fi
unset CLASSPATH JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
# shellcheck disable=SC2086 # several options, separated by spaces
exec "$home/runtime/bin/java" "@$home/lib/jvm.options" "-Djava.library.path=$home/lib" "-Dculvert.cache=$cache" \
    $CULVERT_JAVA_OPTIONS "$@"
