package dev.culvert.daemon.sshtunnels;

import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.config.SshTunnelSettings.Direction;
import dev.culvert.daemon.config.SshTunnelSettings.Probing;
import dev.culvert.daemon.sshkeys.RefusedException;
import dev.culvert.daemon.sshkeys.SshKey;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Look;
import dev.culvert.daemon.sshtunnels.TunnelStatus.SshProcess;
import dev.culvert.io.Quoted;
import dev.culvert.process.ChildProcess;
import dev.culvert.process.Ended;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One process of ssh, from its start to its end. Blocks; of one thread. */
final class Attempt implements AutoCloseable {
    /** ssh itself gives up connecting after 10 s, for each server on its way. */
    private static final Duration TO_CONNECT = Duration.ofSeconds(60);

    private static final Duration TO_ANSWER = Duration.ofSeconds(10);
    private static final long STEP_MILLIS = 50;

    /** ssh says why it closes a connection before it does, but on another way. */
    private static final Duration TO_SAY = Duration.ofSeconds(1);

    private static final Pattern REFUSED = Pattern.compile("connect failed\\b[^\\r\\n]*");

    private static final Pattern PROHIBITED =
            Pattern.compile("administratively prohibited|refused by peer");

    private final SshTunnelSettings tunnel;
    private final LongSupplier callers;
    private final Place place;
    private final SshLine line;
    private final Means means;
    private final CompletableFuture<Ended> end = new CompletableFuture<>();
    private final int socksPort;
    private final ChildProcess child;
    private volatile @Nullable Instant heard;

    /** What a connection through the port of the server has shown; empty before one was made. */
    private volatile String through = "";

    private Attempt(SshTunnelSettings tunnel, LongSupplier callers, Means means)
            throws IOException {
        this.tunnel = tunnel;
        this.callers = callers;
        this.means = means;
        place = new Place(means.directory(), tunnel.name());
        line = new SshLine(tunnel, place, means.programs());
        place.check();
        place.clear();
        Place.write(place.config(), line.config(key()));
        trustWhatIsSet();
        socksPort = tunnel.kind() == Direction.DYNAMIC ? freePort() : 0;
        child = ChildProcess.start(line.tunnel(socksPort), end::complete);
        try {
            Leftovers.note(place.process(), child.pid());
        } catch (IOException e) {
            close(); // nobody else knows of it
            throw e;
        }
    }

    /**
     * Starts ssh.
     *
     * @param callers how many connections have come out of the tunnel here, of a remote one
     * @throws IOException one sentence or clause, when it cannot be started
     */
    static Attempt start(SshTunnelSettings tunnel, LongSupplier callers, Means means)
            throws IOException {
        return new Attempt(tunnel, callers, means);
    }

    private Optional<SshKey> key() throws IOException {
        Optional<String> name = tunnel.server().key();
        if (name.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(means.keys().find(name.get()));
        } catch (RefusedException e) {
            throw new IOException(e.sentence(), e);
        }
    }

    /**
     * The settings may have the fingerprint of the server, which then is the only key it may have.
     */
    private void trustWhatIsSet() throws IOException {
        Optional<String> fingerprint = tunnel.server().hostKey();
        if (fingerprint.isPresent()
                && !means.hostKeys().knowsOnly(tunnel.server(), fingerprint.get())
                && means.hostKeys().trust(tunnel.server(), fingerprint.get()).isEmpty()) {
            throw new WrongHostKeyException(
                    "the server does not have the key of host_key, %s"
                            .formatted(fingerprint.get()));
        }
    }

    /** The server is another one than it is said to be. */
    static final class WrongHostKeyException extends IOException {
        private static final long serialVersionUID = 1L;

        WrongHostKeyException(String clause) {
            super(clause);
        }
    }

    /* ssh cannot say which port it got. Should somebody else take this one meanwhile, ssh says so, and is started again. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    SshProcess process(Instant now) {
        return new SshProcess(child.pid(), now);
    }

    /** Where connections to the far end begin. */
    AgentAddress near() {
        return switch (tunnel.kind()) {
            case LOCAL -> new AgentAddress.Unix(place.socket().toString());
            case DYNAMIC -> new AgentAddress.Tcp("127.0.0.1", socksPort);
            case REMOTE -> tunnel.to().orElseThrow();
        };
    }

    private SocketAddress nearSocket() {
        return switch (near()) {
            case AgentAddress.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case AgentAddress.Tcp tcp -> new InetSocketAddress(tcp.host(), tcp.port());
            case AgentAddress other -> throw new IllegalStateException(other + " is no socket");
        };
    }

    /**
     * Waits until ssh is logged in and its ports are open.
     *
     * @return why not; null if so
     */
    @Nullable Trouble connect() throws InterruptedException {
        long deadline = System.nanoTime() + TO_CONNECT.toNanos();
        // It makes this socket after it has logged in and listens.
        while (!Files.exists(place.control())) {
            Optional<Ended> ended = awaitEnd(Duration.ofMillis(STEP_MILLIS));
            if (ended.isPresent()) {
                return Trouble.of(ended.get(), tunnel);
            }
            if (System.nanoTime() - deadline > 0) {
                return Trouble.of(Hop.TCP, "ssh did not log in within 60 s", tunnel);
            }
        }
        heard = Instant.now();
        return tunnel.kind() == Direction.REMOTE ? listen() : null;
    }

    private @Nullable Trouble listen() {
        try {
            Ended asked = ChildProcess.run(line.listen(), TO_ANSWER);
            return asked.isGood() ? null : Trouble.of(asked, tunnel);
        } catch (IOException e) {
            return Trouble.of(Hop.CONTROL, String.valueOf(e.getMessage()), tunnel);
        }
    }

    /** Asks ssh whether it is there. */
    Look control() {
        Instant now = Instant.now();
        long from = System.nanoTime();
        try {
            Ended asked = ChildProcess.run(line.check(), TO_ANSWER);
            return new Look(now, asked.isGood(), millis(from), asked.lastLine());
        } catch (IOException e) {
            return new Look(now, false, millis(from), String.valueOf(e.getMessage()));
        }
    }

    /** Sends something through. */
    Look probe() {
        Instant now = Instant.now();
        long from = System.nanoTime();
        long errors = child.errorBytes();
        try {
            Probe.Seen seen = Probe.run(tunnel, nearSocket());
            if (tunnel.kind() == Direction.REMOTE) {
                return new Look(
                        now,
                        true,
                        millis(from),
                        "%s; at %s here: %s".formatted(throughServer(), near(), seen.says()));
            }
            if (seen.isAnswer()) {
                heard = Instant.now();
            }
            return new Look(now, true, millis(from), seen.says());
        } catch (UnresolvedAddressException _) {
            return new Look(now, false, millis(from), "the name has no address");
        } catch (IOException e) {
            String refusal = tunnel.probesItsServer() ? refusal(errors) : "";
            if (refusal.isEmpty()) {
                return new Look(now, false, millis(from), String.valueOf(e.getMessage()));
            }
            heard = Instant.now();
            return new Look(now, true, millis(from), "the server answers: " + refusal);
        }
    }

    /** Once for each process: whoever runs the server sees its port called. */
    private String throughServer() throws IOException {
        if (tunnel.probe() == Probing.NONE) {
            return itsWord("");
        }
        if (through.isEmpty()) {
            through = goThrough();
        }
        return through;
    }

    private String itsWord(String more) {
        return "the server says that it listens at %s%s".formatted(tunnel.listen(), more);
    }

    /**
     * Has the server call its own port, which has to come out here. Should somebody else call it
     * meanwhile, that shows the same.
     */
    private String goThrough() throws IOException {
        long before = callers.getAsLong();
        long errors = child.errorBytes();
        long deadline = System.nanoTime() + TO_ANSWER.toNanos();
        CompletableFuture<Ended> over = new CompletableFuture<>();
        try (ChildProcess call = ChildProcess.start(line.through(), over::complete)) {
            while (System.nanoTime() - deadline < 0) {
                if (callers.getAsLong() > before) {
                    heard = Instant.now();
                    return "a connection to %s of the server came out here"
                            .formatted(tunnel.listen());
                }
                String said = child.errorsSince(errors) + call.errors();
                if (PROHIBITED.matcher(said).find()) {
                    return itsWord(", and does not let its own port be tried");
                }
                if (over.isDone()) { // what came of it may be on its way
                    deadline = Math.min(deadline, System.nanoTime() + TO_SAY.toNanos());
                    over = new CompletableFuture<>();
                }
                Thread.sleep(STEP_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the probe was stopped", e);
        }
        Matcher refused = REFUSED.matcher(child.errorsSince(errors));
        throw new IOException(
                "a connection to %s of the server did not come out here%s"
                        .formatted(
                                tunnel.listen(),
                                refused.find() ? ": " + Quoted.sentence(refused.group()) : ""));
    }

    /**
     * That the server has tried to connect and could not, in the words of ssh: it has answered, so
     * the tunnel carries. Empty if ssh does not say so. Any caller's answer will do.
     */
    private String refusal(long errorsBefore) {
        long deadline = System.nanoTime() + TO_SAY.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Matcher said = REFUSED.matcher(child.errorsSince(errorsBefore));
            if (said.find()) {
                return said.group().strip();
            }
            try {
                Thread.sleep(STEP_MILLIS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return "";
            }
        }
        return "";
    }

    /** When the server was last known to answer; null before it let ssh in. */
    @Nullable Instant heard() {
        return heard;
    }

    private static long millis(long fromNanos) {
        return (System.nanoTime() - fromNanos) / 1_000_000;
    }

    /** What a probe that failed means: ssh says if the server refused it. */
    Trouble probeTrouble(Look probe) {
        String errors = child.errors();
        String last = errors.lines().reduce("", (_, next) -> next);
        boolean isRefused = Trouble.hop(last) == Hop.FORWARD_REFUSED;
        return Trouble.of(
                isRefused ? Hop.FORWARD_REFUSED : Hop.PROBE,
                isRefused ? last : "bytes do not get through: " + probe.says(),
                tunnel);
    }

    /** Waits for the end of ssh, so long; empty if it goes on. */
    Optional<Ended> awaitEnd(Duration most) throws InterruptedException {
        try {
            return Optional.of(end.get(most.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException _) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of ssh is not known", e);
        }
    }

    /** Ends ssh with all that it has started, and waits until nothing is left of it. */
    @Override
    public void close() {
        child.close();
        boolean interrupted = Thread.interrupted(); // it waits nevertheless
        try {
            awaitEnd(Duration.ofSeconds(5));
        } catch (InterruptedException _) {
            interrupted = true;
        }
        try {
            place.clear();
        } catch (IOException _) {
            // its guard removes them
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
