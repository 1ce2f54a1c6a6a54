package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One SSH tunnel of the list {@code tunnels}.
 *
 * @param server where and as whom to log in
 * @param listen where callers come in: on this host, or, of a remote tunnel, on the server
 * @param to where they get to; empty for a dynamic one, whose callers say it
 * @param probe how to find out whether bytes get through
 * @param probeTo where the probe of a dynamic tunnel goes; without it, to the port of its SSH
 *     server on the server itself
 * @param patience how long callers wait while the tunnel is not up
 * @param isStarted whether it is up from the first start of the daemon on
 */
public record SshTunnelSettings(
        String name,
        Direction kind,
        Server server,
        AgentAddress listen,
        Optional<AgentAddress.Tcp> to,
        Probing probe,
        Optional<AgentAddress.Tcp> probeTo,
        Duration patience,
        boolean isStarted) {

    /** Whose port leads where. */
    public enum Direction {
        /** A port of this host leads to one that the server reaches. */
        LOCAL,

        /** A port of the server leads to one that this host reaches. */
        REMOTE,

        /** A port of this host leads wherever its callers want, by SOCKS or HTTP CONNECT. */
        DYNAMIC
    }

    /** What has to happen at the far end of a tunnel. */
    public enum Probing {
        /** Nothing: the SSH connection alone counts. */
        NONE,

        /** The connection stays open for a second, or says something. */
        TCP,

        /** It says something by itself, as SSH, SMTP and MySQL do. */
        BANNER,

        /** It answers a request of HTTP. */
        HTTP,

        /** The dynamic tunnel connects to {@code probe_to}, or its server says what it is. */
        SOCKS
    }

    /**
     * The SSH server.
     *
     * @param key the name of a key of the daemon
     * @param usesAgent whether keys of the SSH agent of the daemon's environment count, too
     * @param jump servers to go through before, as {@code ssh -J} takes them
     * @param config a file as {@code ssh_config} describes it, for what is not said here
     * @param hostKey the fingerprint of the only key that the server may have
     */
    public record Server(
            String host,
            int port,
            Optional<String> user,
            Optional<String> key,
            boolean usesAgent,
            Optional<String> jump,
            Optional<Path> config,
            Optional<String> hostKey,
            Duration keepalive) {

        public Server {
            Check.that(!host.isEmpty(), "host", "\"\"", "a tunnel has a server: give its name");
            Check.between("port", port, 1, MAX_PORT);
            boolean isInRange =
                    keepalive.toSeconds() >= 1 && keepalive.compareTo(MAX_KEEPALIVE) <= 0;
            Check.that(isInRange, "keepalive", Units.text(keepalive), "it takes 1s to 10m");
        }
    }

    /** What a tunnel can be named: files have its name. */
    public static final String NAME_PATTERN = "[A-Za-z0-9][A-Za-z0-9_-]{0,31}";

    /** How many messages of the keepalive may stay without an answer before ssh ends. */
    public static final int MOST_SILENT = 2;

    private static final int MAX_PORT = 65_535;
    private static final Duration MAX_KEEPALIVE = Duration.ofMinutes(10);
    private static final Duration MAX_PATIENCE = Duration.ofMinutes(10);
    private static final int SSH_PORT = 22;
    private static final Duration KEEPALIVE = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Kind<String> NAME =
            Kind.matching(
                    Pattern.compile(NAME_PATTERN),
                    "1 to 32 of A-Z, a-z, 0-9, underscore and hyphen, a letter or digit first");
    // None of these can begin with a hyphen: it would be a flag of ssh.
    private static final Kind<String> HOST =
            Kind.matching(
                    Pattern.compile("[A-Za-z0-9_:][A-Za-z0-9_.:-]{0,252}"), "a name or an address");
    private static final Kind<String> USER =
            Kind.matching(Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}"), "a user's name");
    private static final String HOP =
            "([A-Za-z0-9_][A-Za-z0-9_.-]*@)?(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9_][A-Za-z0-9_.-]*)(:[0-9]{1,5})?";
    private static final Kind<String> JUMP =
            Kind.matching(
                    Pattern.compile("(?=.{1,512}$)" + HOP + "(," + HOP + ")*"),
                    "[USER@]HOST[:PORT], several with commas");
    private static final Kind<String> FINGERPRINT =
            Kind.matching(
                    Pattern.compile("SHA256:[A-Za-z0-9+/]{43}"),
                    "a fingerprint as ssh-keygen -lf prints it, SHA256:…");

    public SshTunnelSettings {
        Check.that(!name.isEmpty(), "name", "\"\"", "a tunnel has a name");
        Check.that(
                patience.compareTo(MAX_PATIENCE) <= 0,
                "wait",
                Units.text(patience),
                "it takes 0s to 10m");
        boolean isTcp = listen instanceof AgentAddress.Tcp tcp && !tcp.tls();
        Check.that(
                isTcp || (listen instanceof AgentAddress.Unix && kind != Direction.REMOTE),
                "listen",
                listen,
                kind == Direction.REMOTE
                        ? "the server listens on tcp://HOST:PORT"
                        : "it takes tcp://HOST:PORT or unix:///PATH");
        Check.that(
                kind != Direction.REMOTE
                        || (listen instanceof AgentAddress.Tcp tcp && tcp.port() != 0),
                "listen",
                listen,
                "the port of the server has to be known: give one other than 0");
        if (kind == Direction.DYNAMIC) {
            Check.that(to.isEmpty(), "to", text(to), "the callers of a dynamic tunnel say where");
            Check.that(
                    probe == Probing.SOCKS || probeTo.isEmpty(),
                    "probe_to",
                    text(probeTo),
                    "it goes with \"probe\": \"socks\"");
        } else {
            Check.that(to.isPresent(), "to", "null", "give the HOST:PORT where it leads");
            Check.that(
                    probeTo.isEmpty(), "probe_to", text(probeTo), "only a dynamic tunnel has one");
        }
        boolean fits = (kind == Direction.DYNAMIC) == (probe == Probing.SOCKS);
        Check.that(
                probe == Probing.NONE || fits,
                "probe",
                probe.name().toLowerCase(Locale.ROOT),
                kind == Direction.DYNAMIC
                        ? "a dynamic tunnel takes socks or none"
                        : "only a dynamic tunnel takes socks");
    }

    private static String text(Optional<AgentAddress.Tcp> address) {
        return address.map(AgentAddress.Tcp::toString).orElse("null");
    }

    /**
     * Whether the probe of a dynamic tunnel goes to its SSH server, because nobody has said where.
     */
    public boolean probesItsServer() {
        return probe == Probing.SOCKS && probeTo.isEmpty();
    }

    /** Where the probe of a dynamic tunnel goes, as its server names it. */
    public AgentAddress.Tcp socksProbe() {
        return probeTo.orElseGet(() -> new AgentAddress.Tcp("127.0.0.1", server.port()));
    }

    static SshTunnelSettings read(Section in) {
        return read(in, true);
    }

    /**
     * Reads one that a client asks for: it cannot have files and sockets of the host, because
     * {@code ssh_config} can name programs to run.
     */
    public static SshTunnelSettings readOfClient(Section in) {
        SshTunnelSettings read = read(in, false);
        Check.that(
                read.kind == Direction.REMOTE
                        || (read.listen instanceof AgentAddress.Tcp tcp && tcp.isLoopback()),
                "listen",
                read.listen,
                "clients may open loopback ports only; the settings of the daemon take others");
        return read;
    }

    private static SshTunnelSettings read(Section in, boolean isOfTheHost) {
        // In the order in which they are printed.
        String name = in.get("name", NAME, "");
        Direction kind = in.get("kind", Kind.choice(Direction.class), Direction.LOCAL);
        String host = in.get("host", HOST, "");
        int port = in.get("port", Kind.INT, SSH_PORT);
        Optional<String> user = in.find("user", USER);
        Optional<String> key = in.find("key", NAME);
        boolean usesAgent = isOfTheHost && in.get("agent", Kind.BOOLEAN, false);
        Optional<String> jump = in.find("jump", JUMP);
        Optional<Path> config = isOfTheHost ? in.find("ssh_config", Kind.PATH) : Optional.empty();
        Optional<String> hostKey = in.find("host_key", FINGERPRINT);
        Duration keepalive = in.get("keepalive", Kind.DURATION, KEEPALIVE);
        AgentAddress listen =
                in.get("listen", DaemonSettings.LISTENER, new AgentAddress.Tcp("127.0.0.1", 0));
        Optional<AgentAddress.Tcp> to = tcp(in, "to");
        Optional<Probing> probe = in.find("probe", Kind.choice(Probing.class));
        Optional<AgentAddress.Tcp> probeTo = tcp(in, "probe_to");
        Probing usual = kind == Direction.DYNAMIC ? Probing.SOCKS : Probing.TCP;
        Duration patience = in.get("wait", Kind.DURATION, PATIENCE);
        boolean isStarted = in.get("start", Kind.BOOLEAN, true);
        return new SshTunnelSettings(
                name,
                kind,
                new Server(host, port, user, key, usesAgent, jump, config, hostKey, keepalive),
                listen,
                to,
                probe.orElse(usual),
                probeTo,
                patience,
                isStarted);
    }

    private static Optional<AgentAddress.Tcp> tcp(Section in, String key) {
        return in.find(key, DaemonSettings.ADDRESS)
                .map(address -> {
                    if (address instanceof AgentAddress.Tcp tcp && !tcp.tls()) {
                        return tcp;
                    }
                    throw new IllegalArgumentException(
                            "%s is %s: it takes HOST:PORT".formatted(key, address));
                });
    }

    /** Those of a list whose names or ports are the same are refused. */
    static void check(List<SshTunnelSettings> all) {
        Check.that(
                all.size() <= MOST,
                "tunnels",
                all.size() + " tunnels",
                "there can be " + MOST + " at most");
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < i; j++) {
                Check.that(
                        !all.get(i).name.equals(all.get(j).name),
                        "tunnels[" + i + "].name",
                        all.get(i).name,
                        "tunnels[" + j + "].name is the same");
            }
        }
    }

    /** How many tunnels there may be. */
    public static final int MOST = 64;
}
