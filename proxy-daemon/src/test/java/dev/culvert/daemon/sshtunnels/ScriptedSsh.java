package dev.culvert.daemon.sshtunnels;

import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.sshkeys.SshKeys;
import dev.culvert.io.OwnerOnly;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program in the place of ssh, which does what a test has said: it makes the sockets that the
 * tunnel asks for, and what comes there goes to a port of the test; or it fails in the words of
 * ssh.
 */
/* The sockets are made by Python, which is what relays in it. */
public final class ScriptedSsh implements AutoCloseable {
    private static final String SSH =
            """
            #!/bin/sh
            # ssh -F CONF -S CTL [-O check|forward …] | -W HOST:PORT | -N … [-L SOCK:HOST:PORT | -D HOST:PORT] -p PORT -- HOST
            here=$(dirname "$0")
            ctl= op= near= remote= through=
            while [ $# -gt 0 ]; do
                case $1 in
                    -S) ctl=$2; shift ;;
                    -O) op=$2; shift ;;
                    -L) near=${2%:*:*}; shift ;;
                    -D) near=$2; shift ;;
                    -R) remote=$2; shift ;;
                    -W) through=$2; shift ;;
                esac
                shift
            done
            echo "${op:-connect} $remote" >> "$here/calls"
            if [ -n "$through" ]; then
                echo "through $through" >> "$here/calls"
                [ -e "$here/no-way" ] && { cat "$here/no-way" >&2; exit 1; }
                remote=$(cat "$here/remote")
                exec python3 -c 'import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.recv(1)' "${remote#"$through":}"
            fi
            if [ -n "$op" ]; then
                [ -e "$here/deaf" ] && exit 255
                [ "$op" = forward ] && [ -e "$here/held" ] && { echo "Error: remote port forwarding failed for listen port 1" >&2; exit 255; }
                [ "$op" = forward ] && echo "$remote" > "$here/remote"
                echo "Master running (pid=1)"
                exit 0
            fi
            [ -e "$here/fails" ] && { cat "$here/fails" >&2; exit 255; }
            echo $$ > "$here/pid"
            [ -e "$here/stubborn" ] && trap '' TERM
            [ -n "$near" ] || { : > "$ctl"; while :; do sleep 0.2; done; }
            exec python3 -c '
            import os, socket, sys, threading
            near, ctl, far, here = sys.argv[1:]
            def told(name):
                try:
                    with open(here + "/" + name) as file: return file.read()
                except OSError:
                    return ""
            if near.startswith("/"):
                server = socket.socket(socket.AF_UNIX); server.bind(near)
            else:
                server = socket.socket(); host, port = near.rsplit(":", 1); server.bind((host, int(port)))
            server.listen(64)
            open(ctl, "w").close()
            def pump(a, b):
                try:
                    while True:
                        piece = a.recv(65536)
                        if not piece: break
                        b.sendall(piece)
                    b.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
            def serve(c):
                try:
                    if not near.startswith("/"):
                        c.recv(3); c.sendall(bytes([5, 0]))
                        head = c.recv(4); name = c.recv(c.recv(1)[0]); c.recv(2)
                        refused = name == b"refused.example"
                        c.sendall(bytes([5, 5 if refused else 0, 0, 1, 0, 0, 0, 0, 0, 0]))
                        if refused or name == b"closed.example": c.close(); return
                        if name == b"127.0.0.1" and told("greets"): c.sendall(told("greets").encode())
                        if name == b"127.0.0.1" and told("closes"):
                            sys.stderr.write(told("closes")); sys.stderr.flush(); c.close(); return
                    f = socket.create_connection(("127.0.0.1", int(far)))
                except OSError:
                    c.close(); return
                threading.Thread(target=pump, args=(c, f), daemon=True).start()
                pump(f, c); c.close(); f.close()
            while True:
                c, _ = server.accept()
                threading.Thread(target=serve, args=(c,), daemon=True).start()
            ' "$near" "$ctl" "$(cat "$here/far")" "$here"
            """;

    private final Path folder;
    private @Nullable EventLoops loops;
    private final SshTunnelStore store = new MemorySshTunnels();

    public ScriptedSsh(Path folder, int far) throws IOException {
        this.folder = folder;
        program("ssh", SSH);
        write("far", Integer.toString(far));
    }

    private void program(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    /** What ssh-keyscan prints. */
    public void offers(String lines) throws IOException {
        program("ssh-keyscan", "#!/bin/sh\ncat << 'END'\n" + lines + "\nEND\n");
    }

    public void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    void remove(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }

    Path directory() {
        return folder.resolve("state/tunnels");
    }

    /** What was asked of ssh, a line each. */
    List<String> calls() throws IOException {
        Path file = folder.resolve("calls");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    long pid() throws IOException {
        return Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    }

    private EventLoops loops() {
        EventLoops known = loops;
        if (known == null) {
            known = EventLoops.start(1, "tunnels");
            loops = known;
        }
        return known;
    }

    SshTunnelStore store() {
        return store;
    }

    SshTunnels tunnels() throws IOException {
        OwnerOnly.createDirectories(directory());
        String keyscan = folder.resolve("ssh-keyscan").toString();
        Means means =
                new Means(
                        directory(),
                        new SshKeys(folder.resolve("state/keys"), "ssh-keygen"),
                        new HostKeys(directory().resolve(HostKeys.FILE), keyscan),
                        new SshLine.Programs(folder.resolve("ssh").toString(), keyscan));
        return new SshTunnels(means, store, loops());
    }

    /** Settings with these members besides a name and a server. */
    static SshTunnelSettings settings(String members) throws BadSettingsException {
        return Settings.read(
                        List.of(Layer.text("test", json(members))), SshTunnelSettings::readOfClient)
                .value();
    }

    static String json(String members) {
        return "{\"name\": \"t\", \"host\": \"far.example\", " + members + "}";
    }

    @Override
    public void close() {
        if (loops != null) {
            loops.close();
        }
    }
}
