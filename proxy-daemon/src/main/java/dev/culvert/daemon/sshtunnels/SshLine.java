package dev.culvert.daemon.sshtunnels;

import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.config.SshTunnelSettings.Direction;
import dev.culvert.daemon.config.SshTunnelSettings.Server;
import dev.culvert.daemon.sshkeys.SshKey;
import dev.culvert.process.Launch;
import dev.culvert.transport.AgentAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The command lines of ssh for one tunnel.
 *
 * @param programs how the programs of OpenSSH are called
 */
record SshLine(SshTunnelSettings tunnel, Place place, Programs programs) {
    private static final int CONNECT_SECONDS = 10;

    /** How the programs of OpenSSH are called. */
    record Programs(String ssh, String keyscan) {}

    /**
     * The file with all options, because those of the command line would not count for the servers
     * to jump over. Only these servers are not in it: the file counts for them, too, and ssh would
     * jump to each over itself. The first value of an option counts, so the file of the settings
     * cannot make it less strict.
     */
    String config(Optional<SshKey> key) {
        Server server = tunnel.server();
        List<String> lines = new ArrayList<>();
        lines.add("Host *");
        lines.add("BatchMode yes");
        lines.add("StrictHostKeyChecking yes");
        lines.add("UserKnownHostsFile " + quoted(place.knownHosts()));
        lines.add("GlobalKnownHostsFile none");
        lines.add("UpdateHostKeys no");
        lines.add("ExitOnForwardFailure yes");
        lines.add("StreamLocalBindUnlink yes");
        lines.add("ServerAliveInterval " + server.keepalive().toSeconds());
        lines.add("ServerAliveCountMax " + SshTunnelSettings.MOST_SILENT);
        lines.add("ConnectTimeout " + CONNECT_SECONDS);
        lines.add("LogLevel INFO"); // what it says is read
        lines.add("ForwardAgent no");
        lines.add("ForwardX11 no");
        lines.add("PermitLocalCommand no");
        if (!server.usesAgent()) {
            lines.add("IdentityAgent none");
        }
        key.ifPresent(it -> {
            lines.add("IdentityFile " + quoted(it.file()));
            if (Files.exists(it.certificateFile())) {
                lines.add("CertificateFile " + quoted(it.certificateFile()));
            }
            if (!server.usesAgent()) {
                lines.add("IdentitiesOnly yes");
            }
        });
        server.config().ifPresent(it -> lines.add("Include " + quoted(it)));
        return String.join("\n", lines) + "\n";
    }

    private static String quoted(Object path) {
        return "\"" + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /**
     * The process that is the tunnel.
     *
     * @param socksPort where a dynamic one takes connections on loopback: ssh cannot do that on a
     *     Unix socket
     */
    Launch tunnel(int socksPort) {
        List<String> line = base();
        line.addAll(List.of("-N", "-T", "-M", "-o", "ControlPersist=no"));
        switch (tunnel.kind()) {
            case LOCAL -> line.addAll(List.of("-L", place.socket() + ":" + hostPort(to())));
            case DYNAMIC -> line.addAll(List.of("-D", "127.0.0.1:" + socksPort));
            case REMOTE -> {
                // asked for when it is connected: only then ssh says that a port is taken
            }
        }
        tunnel.server().jump().ifPresent(it -> line.addAll(List.of("-J", it)));
        destination(line);
        return launch(line).leaving(place.leftovers());
    }

    /** Asks whether the process answers. */
    Launch check() {
        List<String> line = base();
        line.addAll(List.of("-O", "check"));
        destination(line);
        return launch(line);
    }

    /** Makes the server listen, of a remote tunnel. */
    Launch listen() {
        List<String> line = base();
        String server = hostPort((AgentAddress.Tcp) tunnel.listen());
        line.addAll(List.of("-O", "forward", "-R", server + ":" + place.inbound()));
        destination(line);
        return launch(line);
    }

    /** Connects to the port of the server, of a remote tunnel, and from the server itself. */
    Launch through() {
        List<String> line = base();
        line.addAll(List.of("-o", "ProxyCommand=false")); // never over a connection of its own
        line.addAll(List.of("-W", hostPort(entrance())));
        destination(line);
        return launch(line);
    }

    private AgentAddress.Tcp entrance() {
        AgentAddress.Tcp listen = (AgentAddress.Tcp) tunnel.listen();
        return switch (listen.host()) {
            case "0.0.0.0", "*" -> new AgentAddress.Tcp("127.0.0.1", listen.port());
            case "::" -> new AgentAddress.Tcp("::1", listen.port());
            default -> listen;
        };
    }

    private AgentAddress.Tcp to() {
        return tunnel.to()
                .orElseThrow(
                        () -> new IllegalStateException(Direction.LOCAL + " without a target"));
    }

    private List<String> base() {
        return new ArrayList<>(
                List.of(
                        programs.ssh(),
                        "-F",
                        place.config().toString(),
                        "-S",
                        place.control().toString()));
    }

    private void destination(List<String> line) {
        Server server = tunnel.server();
        server.user().ifPresent(user -> line.addAll(List.of("-l", user)));
        line.addAll(List.of("-p", Integer.toString(server.port()), "--", server.host()));
    }

    private Launch launch(List<String> line) {
        Launch launch = Launch.here(line);
        String agent = System.getenv("SSH_AUTH_SOCK");
        return tunnel.server().usesAgent() && agent != null
                ? launch.with("SSH_AUTH_SOCK", agent)
                : launch;
    }

    private static String hostPort(AgentAddress.Tcp address) {
        boolean isIpv6 = address.host().indexOf(':') >= 0;
        return (isIpv6 ? "[" + address.host() + "]" : address.host()) + ":" + address.port();
    }
}
