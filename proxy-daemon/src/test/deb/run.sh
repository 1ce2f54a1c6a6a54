#!/usr/bin/env bash
# Tests the Debian packages of the build: runs lintian, renders the manual pages, checks that the same image gives the
# same bytes, and installs, upgrades, removes and purges the packages in a small Debian, with and without systemd.
# debootstrap makes that Debian from the mirror of this machine's apt. Takes two minutes.
#
#   proxy-daemon/src/test/deb/run.sh --tools    installs the missing tools with apt-get, also those of .ci/run
#   proxy-daemon/src/test/deb/run.sh            runs the tests
#
# Exits with 77 unless it runs as root, for chroot and mount, on Debian.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)

fail() {
    echo "deb test: $*" >&2
    exit 1
}

if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "deb test: NOT RUN, because it needs root and Debian" >&2
    exit 77
fi
missing=$(while read -r program package; do
    command -v "$program" > /dev/null || echo "$package"
done << 'TOOLS'
objdump binutils
lintian lintian
debootstrap debootstrap
man man-db
mandoc mandoc
shellcheck shellcheck
h2load nghttp2-client
socat socat
strace strace
tmux tmux
/usr/lib/postgresql/15/bin/postgres postgresql-15
TOOLS
)
if [ -n "$missing" ]; then
    echo "deb test: installing ${missing//$'\n'/ }"
    apt-get -q -q update || true # if that was necessary, the install fails
    # shellcheck disable=SC2086 # several packages
    DEBIAN_FRONTEND=noninteractive apt-get -q -q install --no-install-recommends $missing > /dev/null
fi
[ "${1:-}" != --tools ] || exit 0

JAVA_HOME=$("$root/culvert" jdk)
export JAVA_HOME
version=$(sed -n '0,/<version>/s:.*<version>\(.*\)</version>:\1:p' "$root/pom.xml")
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
tree=$work/tree
declare -A module=([culvertd]=proxy-daemon [culvert-agent]=guest-agent [culvert]=proxy-daemon)
names=(culvertd culvert-agent)

deb() { echo "$root/${module[$1]}/target/$1_${version//-/\~}_$(dpkg --print-architecture).deb"; }

# Runs a command that must print nothing. Prints its output if it fails or prints something.
quietly() {
    local said
    said=$("$@" 2>&1) || fail "$*: $said"
    [ -z "$said" ] || fail "$*: $said"
}

in_tree() {
    # shellcheck disable=SC2016 # for the sh there
    unshare --mount --pid --fork sh -c 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"' "$tree" \
        env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8 "$@"
}

dpkg_in_tree() { in_tree dpkg --force-unsafe-io "$@" > "$work/dpkg" 2>&1 < /dev/null || fail "dpkg $*: $(cat "$work/dpkg")"; }

# The group of culvertd stays after a purge, and so do the copies that groupadd makes of /etc/group and /etc/gshadow.
files_in_tree() { (cd "$tree" && find . -xdev -not -path './var/log/*' -not -path './etc/g*-' -not -name .pwd.lock | sort); }

# Builds the packages again with another umask, time zone, language and folder.
is_reproducible() {
    local name=$1 dir=$work/again target=$root/${module[$1]}/target property
    declare -A pom
    for property in deb.commands deb.settings; do
        pom[$property]=$(sed -n "s:.*<$property>\(.*\)</$property>.*:\1:p" "$target/../pom.xml")
    done
    mkdir -p "$dir"
    cp -a "$target/$name" "$dir/"
    (umask 077 && cd / && unset DEBFULLNAME DEBEMAIL && TZ=Asia/Tokyo LC_ALL=C "$root/proxy-core/dist/make-deb.sh" --name "$name" --version "$version" \
        --maintainer "$(dpkg-deb --field "$(deb "$name")" Maintainer)" --commands "${pom[deb.commands]}" \
        --class-path "$target/classes:$target/lib/*" --dist "$target/../dist" --settings "$target/../dist/${pom[deb.settings]}" \
        --timestamp "$(sed -n 's:.*<project.build.outputTimestamp>\(.*\)<.*:\1:p' "$root/pom.xml")" --out "$dir")
    cmp "$(deb "$name")" "$dir/$(basename "$(deb "$name")")" || fail "$name is not made of the same bytes twice"
}

# The next version has changed settings, so that dpkg must decide between them and those of the administrator.
make_next_version() {
    local dir=$work/next/$1 file
    mkdir -p "$work/next"
    dpkg-deb --raw-extract "$(deb "$1")" "$dir"
    sed -i "s/^Version: .*/&+next/" "$dir/DEBIAN/control"
    while read -r file; do
        sed -i '1s/$/ (next)/' "$dir$file"
    done < "$dir/DEBIAN/conffiles"
    dpkg-deb --root-owner-group -Znone --build "$dir" "$tree/root/$1-next.deb" > /dev/null
    rm -rf "$dir"
}

has_a_good_manual() {
    local page rendered
    dpkg-deb --extract "$(deb "$1")" "$work/$1"
    [ "$1" != culvertd ] || [ -e "$work/$1/usr/share/man/man5/culvertd.jsonc.5.gz" ] || fail "there is no man page of the settings"
    for page in "$work/$1"/usr/share/man/man*/*; do
        quietly mandoc -T lint "$page"
        rendered=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings --local-file "$page" 2> "$work/man" | col -b)
        [ ! -s "$work/man" ] || fail "man says of $page: $(cat "$work/man")"
        case $page in
            *.5.gz) [[ $rendered == *NAME*SYNOPSIS*DESCRIPTION*HTTP*max_body_bytes*AGENTS*EXAMPLES*"SEE ALSO"* ]] ;;
            *) [[ $rendered == *NAME*SYNOPSIS*DESCRIPTION*OPTIONS*--help* ]] ;;
        esac || fail "$page lacks a section: $rendered"
    done
    rm -r "${work:?}/$1"
}

make_tree() {
    local suite mirror
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016 # names that apt-get fills in
    mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        awk -v suite="$suite" '$1 == suite && $2 == "main" { print $3; exit }')
    [ -n "$mirror" ] || fail "apt has no mirror of $suite"
    eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
    export http_proxy
    mkdir "$tree"
    debootstrap --variant=minbase --include=zsh "$suite" "$tree" "$mirror" > "$work/log" 2>&1 || fail "debootstrap: $(tail "$work/log")"
}

works_in_tree() {
    local name
    [[ $(in_tree culvertd --version) == "culvertd $version" ]] || fail "culvertd --version"
    [[ $(in_tree culvert-agent --version) == "culvert-agent $version" ]] || fail "culvert-agent --version"
    command_works_in_tree
    [[ $(in_tree culvertd config validate /etc/culvert/culvertd.jsonc) == *": ok, 0 agents" ]] || fail "the settings are not valid"
    for name in "${names[@]}"; do
        in_tree env CULVERT_JAVA_OPTIONS=-XX:AOTMode=on "$name" --version > /dev/null || fail "the AOT cache of $name does not fit"
        [ -x "$tree$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$tree/usr/lib/systemd/system/$name.service")" ] ||
            fail "$name.service starts what is not there"
    done
    in_tree getent group culvert > /dev/null || fail "there is no group for the admin socket"
    in_tree install -D -m 644 /usr/share/culvertd/flows/connectivity.jsonc /etc/culvert/flows/connectivity.jsonc ||
        fail "the example of docs/flows.md is missing"
    in_tree rm -r /etc/culvert/flows
    [ -f "$tree/usr/share/culvertd/culvert.env.example" ] || fail "culvertd.service names an example that is missing"
    [ -f "$tree/usr/share/culvert-agent/tools-dir.conf" ] || fail "culvert-agent.service names a drop-in that is missing"
    keeps_state culvertd.service /var/lib/culvert culvertd serve --print-config
    keeps_state culvert-agent.service /var/lib/culvert-agent culvert-agent --print-config
}

# From whichever package it comes.
command_works_in_tree() {
    local said code=0
    [[ $(in_tree culvert --version) == "culvert $version" ]] || fail "culvert --version"
    in_tree env CULVERT_JAVA_OPTIONS=-XX:AOTMode=on culvert --version > /dev/null || fail "the AOT cache of culvert does not fit"
    said=$(in_tree culvert agents --url unix:///nowhere/http.sock 2>&1) || code=$?
    [ "$code" = 3 ] || fail "culvert without a daemon exits with $code: $said"
    # shellcheck disable=SC2016 # for the bash there
    said=$(in_tree bash -c '. /usr/share/bash-completion/completions/culvert
        COMP_WORDS=(culvert agents --output j) COMP_CWORD=3 COMP_LINE="culvert agents --output j"
        _culvert; echo "${COMPREPLY[*]}"')
    [ "$said" = "json jsonl" ] || fail "bash completes culvert to: $said"
    [ -e "$tree/usr/share/man/man1/culvert.1.gz" ] || fail "there is no man page of culvert"
}

# A Java that is too old for it is told which one it needs.
is_a_jar_for_each_java() {
    local jar=$root/proxy-daemon/target/culvert-$version.jar java said
    [ "$("$JAVA_HOME/bin/java" -jar "$jar" --version)" = "culvert $version" ] || fail "$jar does not start"
    for java in /usr/lib/jvm/*/bin/java; do
        said=$("$java" -jar "$jar" --version 2>&1) || true
        case $said in
            "culvert $version" | "culvert: this is Java "*", and culvert needs Java 25 or later: "*) ;;
            *) fail "$java -jar $jar says: $said" ;;
        esac
    done
}

# The settings and the unit must put the state into the folder that purge removes.
keeps_state() {
    local unit=$1 dir=$2 variables
    mapfile -t variables < <(sed -n -e 's/^Environment=//p' -e 's:^StateDirectory=:STATE_DIRECTORY=/var/lib/:p' \
        "$tree/usr/lib/systemd/system/$unit" | sed 's:%S:/var/lib:')
    [[ $(in_tree env "${variables[@]}" "${@:3}") == *"\"state_dir\": \"$dir\""* ]] || fail "$unit does not keep its state in $dir"
}

completes_in_tree() {
    local said
    # shellcheck disable=SC2016 # for the bash there
    said=$(in_tree bash -c 'compopt() { :; }; . /usr/share/bash-completion/completions/culvertd
        COMP_WORDS=(culvertd serve --log-level d) COMP_CWORD=3 COMP_LINE="culvertd serve --log-level d"
        _complete_culvertd; echo "${COMPREPLY[*]}"')
    [ "$said" = debug ] || fail "bash completes to: $said"
    cat > "$tree/root/try.zsh" << 'ZSH'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -U compinit; compinit -u -D; culvertd() { print "took"": $*" }'
zpty -w shell $'culvertd serv\t--log-le\tdeb\t'
zpty -r shell said $'*took: *\n'
print -r -- ${said##*took: }
ZSH
    said=$(in_tree timeout 60 zsh -f /root/try.zsh)
    rm "$tree/root/try.zsh"
    [ "$(tr -d '\r' <<< "$said")" = "serve --log-level debug" ] || fail "zsh completes to: $said"
}

# Stands in for systemd: notes what it is asked.
pretend_systemd() {
    mkdir -p "$tree/run/systemd/system"
    cat > "$tree/usr/local/bin/systemctl" << 'STUB'
#!/bin/sh
for last; do :; done
case $* in
    *is-enabled*) ls /etc/systemd/system/*.wants/"$last" > /dev/null 2>&1 && echo enabled ;;
    *is-active*) ;;
    *) echo "$@" >> /run/asked ;;
esac
STUB
    chmod 755 "$tree/usr/local/bin/systemctl"
}

# What systemd was asked since the last time.
was_asked() {
    local asked
    asked=$(tr '\n' ';' < "$tree/run/asked")
    # shellcheck disable=SC2053 # a pattern
    [[ $asked == $1 ]] || fail "systemd was not asked $1, but $asked"
    rm "$tree/run/asked"
}

step() { echo "deb test: $*"; }

for name in "${names[@]}"; do
    [ -f "$(deb "$name")" ] || fail "there is no $(deb "$name"): the build makes it where dpkg-deb and objdump are"
done

[ -f "$(deb culvert)" ] || fail "there is no $(deb culvert)"

step "the same bytes twice"
for name in "${names[@]}"; do is_reproducible "$name"; done

step "lintian"
for name in "${names[@]}" culvert; do quietly lintian --allow-root --fail-on error,warning "$(deb "$name")"; done

step "manual pages"
for name in "${names[@]}" culvert; do has_a_good_manual "$name"; done

step "the jar of the command"
is_a_jar_for_each_java

step "debootstrap"
make_tree
for name in "${names[@]}"; do
    cp "$(deb "$name")" "$tree/root/$name.deb"
    make_next_version "$name"
done
cp "$(deb culvert)" "$tree/root/culvert.deb"
files_in_tree > "$work/before"

step "the command alone"
dpkg_in_tree --install /root/culvert.deb
command_works_in_tree
dpkg_in_tree --purge culvert
files_in_tree | diff "$work/before" - || fail "purged, and that is left"

step "install"
dpkg_in_tree --install /root/culvertd.deb /root/culvert-agent.deb
works_in_tree
completes_in_tree

step "upgrade, with settings that were changed"
sed -i 's/"log_level": "info"/"log_level": "warn"/' "$tree/etc/culvert/culvertd.jsonc"
echo 'CULVERT_AGENT_LOG_LEVEL=warn' >> "$tree/etc/culvert/agent.env"
sha256sum "$tree"/etc/culvert/* > "$work/settings"
dpkg_in_tree --install --force-confold /root/culvertd-next.deb /root/culvert-agent-next.deb
works_in_tree
quietly sha256sum --check --quiet "$work/settings"

step "remove"
dpkg_in_tree --remove "${names[@]}"
[[ ! -e $tree/usr/bin/culvertd && ! -e $tree/usr/lib/culvertd ]] || fail "files are left after the removal"
quietly sha256sum --check --quiet "$work/settings"

step "purge, with what a run has left"
mkdir -p "$tree"/var/lib/private/{culvert,culvert-agent}
touch "$tree"/var/lib/private/{culvert,culvert-agent}/state
mkdir "$tree"/var/lib/private/culvert/{keys,tunnels}
touch "$tree"/var/lib/private/culvert/{keys/build,tunnels/known_hosts}
yours=("$tree"/etc/culvert/{openai.key,culvert.env}) # as how-to-reach.md says: they stay
touch "${yours[@]}"
ln -s private/culvert private/culvert-agent "$tree/var/lib/"
dpkg_in_tree --purge "${names[@]}"
rmdir "$tree/var/lib/private"
rm "${yours[@]}" || fail "purge has removed files of the administrator"
rmdir "$tree/etc/culvert"
files_in_tree | diff "$work/before" - || fail "purged, and that is left"

step "under systemd"
pretend_systemd
files_in_tree > "$work/before"
dpkg_in_tree --install /root/culvertd.deb
was_asked "*daemon-reload;* start culvertd.service;"
mkdir -p "$tree/etc/systemd/system/sockets.target.wants"
ln -s /usr/lib/systemd/system/culvertd.socket "$tree/etc/systemd/system/sockets.target.wants/" # by the administrator
dpkg_in_tree --install /root/culvertd-next.deb
was_asked "*daemon-reload;try-restart culvertd.service;"
dpkg_in_tree --remove culvertd
was_asked "stop culvertd.service culvertd.socket;daemon-reload;"
dpkg_in_tree --install /root/culvertd-next.deb
was_asked "*daemon-reload;* start culvertd.service culvertd.socket;"
dpkg_in_tree --purge culvertd
was_asked "stop culvertd.service culvertd.socket;daemon-reload;*"
files_in_tree | diff "$work/before" - || fail "purged, and that is left"

step "Prometheus beside it, as monitoring.md installs it"
dpkg_in_tree --install /root/culvertd.deb
in_tree rm -f /run/asked
printf '%s\n' 'APT::Get::Assume-Yes "true";' 'APT::Install-Recommends "false";' "Acquire::http::Proxy \"${http_proxy:-DIRECT}\";" \
    > "$tree/etc/apt/apt.conf.d/test"
in_tree apt-get -q -q update > "$work/log" 2>&1 || fail "apt-get update: $(cat "$work/log")"
"$root/proxy-daemon/src/test/docs/blocks.sh" proxy-daemon/docs/monitoring.md proxy-daemon/src/test/deb/run.sh > "$tree/root/page.sh"
in_tree env DEBIAN_FRONTEND=noninteractive bash -euo pipefail /root/page.sh > "$work/log" 2>&1 < /dev/null || fail "monitoring.md: $(cat "$work/log")"
was_asked "*restart prometheus;"
in_tree promtool check config /etc/prometheus/prometheus.yml > "$work/log" 2>&1 || fail "promtool: $(cat "$work/log")"
grep -q 'SUCCESS: [1-9][0-9]* rules found' "$work/log" || fail "Prometheus got no rules: $(cat "$work/log")"

step "passed"
