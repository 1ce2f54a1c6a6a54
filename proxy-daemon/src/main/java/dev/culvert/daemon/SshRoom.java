package dev.culvert.daemon;

import dev.culvert.checks.BadCheckException;
import dev.culvert.checks.Through;
import dev.culvert.daemon.api.checks.Checks;
import dev.culvert.daemon.api.hostreach.ReachRoute;
import dev.culvert.daemon.api.sshkeys.CertificateRoute;
import dev.culvert.daemon.api.sshkeys.KeyRoute;
import dev.culvert.daemon.api.sshkeys.KeyWork;
import dev.culvert.daemon.api.sshkeys.KeysRoute;
import dev.culvert.daemon.api.sshkeys.RotateKeyRoute;
import dev.culvert.daemon.api.sshtunnels.ActionRoute;
import dev.culvert.daemon.api.sshtunnels.HostKeysRoute;
import dev.culvert.daemon.api.sshtunnels.ProbeRoute;
import dev.culvert.daemon.api.sshtunnels.TunnelRoute;
import dev.culvert.daemon.api.sshtunnels.TunnelWork;
import dev.culvert.daemon.api.sshtunnels.TunnelsRoute;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.SshSettings;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.sshkeys.SshKeys;
import dev.culvert.daemon.sshtunnels.SshTunnels;
import dev.culvert.daemon.sshtunnels.SshTunnels.View;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Phase;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How this host reaches others: its SSH keys, and its SSH tunnels. */
final class SshRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final int THREADS = 4;
    private static final int QUEUE = 64;

    private final Optional<SshKeys> keys;
    private final Optional<SshTunnels> tunnels;

    /**
     * Work on tunnels waits for servers and processes: work with the disk shall not wait for it.
     */
    private final Workers workers = new Workers("culvert-ssh", THREADS, QUEUE);

    SshRoom(Kept kept, SshSettings settings, EventLoops loops, Metrics metrics) {
        keys =
                kept.directory()
                        .map(at ->
                                new SshKeys(
                                        at.resolve(SshKeys.DIRECTORY),
                                        settings.program("ssh-keygen")));
        tunnels =
                kept.directory()
                        .map(at ->
                                SshTunnels.in(
                                        at,
                                        keys.orElseThrow(),
                                        settings,
                                        kept.stores().sshTunnels(),
                                        loops));
        metrics.workers("ssh", workers, THREADS);
        measure(metrics);
    }

    private void measure(Metrics metrics) {
        metrics.gauge(
                "culvert.ssh.tunnels.wanted",
                "SSH tunnels that are to be up.",
                () -> sum(view -> view.isWanted() ? 1 : 0));
        metrics.gauge(
                "culvert.ssh.tunnels.up",
                "SSH tunnels through which bytes get: a probe went through.",
                () -> sum(view -> view.status().phase() == Phase.UP ? 1 : 0));
        metrics.gauge(
                "culvert.ssh.connections",
                "Connections of callers of SSH tunnels, also those that wait for one to be up.",
                () -> sum(view -> view.counts().open()));
        metrics.counter(
                "culvert.ssh.connections.opened",
                "Connections that callers of SSH tunnels have opened.",
                () -> sum(view -> view.counts().opened()));
        metrics.counter(
                "culvert.ssh.connections.refused",
                "Connections that were closed because their SSH tunnel was not up within its wait,"
                        + " or had 1,024 of them.",
                () -> sum(view -> view.counts().refused()));
        metrics.counter(
                "culvert.ssh.sent.bytes",
                "Bytes of callers that went towards the far end of SSH tunnels.",
                () -> sum(view -> view.counts().toServer()));
        metrics.counter(
                "culvert.ssh.received.bytes",
                "Bytes that came from the far end of SSH tunnels.",
                () -> sum(view -> view.counts().fromServer()));
        metrics.counter(
                "culvert.ssh.reconnects",
                "SSH connections that were lost after their tunnel was up.",
                () -> sum(view -> view.counts().reconnects()));
    }

    private long sum(ToLongFunction<View> of) {
        return tunnels.map(all -> all.sum(of)).orElse(0L);
    }

    /** Mends keys, and starts the tunnels that are to be up. Blocks. */
    void restore(DaemonSettings settings) throws IOException {
        keys.ifPresent(SshRoom::mend);
        if (tunnels.isPresent()) {
            tunnels.get().restore(settings.tunnels());
        } else if (!settings.tunnels().isEmpty()) {
            LOG.warn(
                    "the {} of the settings are not there, because there is no state_dir for their"
                            + " sockets: set state_dir, and restart",
                    settings.tunnels().size() == 1 ? "tunnel" : "tunnels");
        }
    }

    private static void mend(SshKeys keys) {
        try {
            for (String key : keys.mend()) {
                LOG.warn(
                        "the SSH key {} was left half changed by an end of the daemon, and is whole"
                                + " again: culvert keys show {} prints the public key that servers have"
                                + " to know",
                        key,
                        key);
            }
        } catch (IOException e) {
            LOG.error("the SSH keys cannot be looked at: {}", Quoted.message(e));
        }
    }

    /** With those of this room. */
    List<Route> with(List<Route> others, Checks checks, OffLoop offLoop) {
        KeyWork work = new KeyWork(keys, this::userOf, offLoop);
        TunnelWork ofTunnels = new TunnelWork(tunnels, new OffLoop(workers, workers));
        ReachRoute.Rooms rooms = new ReachRoute.Rooms(work, ofTunnels, checks);
        List<Route> own =
                List.of(
                        new KeysRoute(work),
                        new KeyRoute(work),
                        new RotateKeyRoute(work),
                        new CertificateRoute(work),
                        new TunnelsRoute(ofTunnels),
                        new TunnelRoute(ofTunnels),
                        ActionRoute.start(ofTunnels),
                        ActionRoute.stop(ofTunnels),
                        ActionRoute.restart(ofTunnels),
                        new ProbeRoute(ofTunnels),
                        new HostKeysRoute(ofTunnels),
                        ReachRoute.setup(rooms),
                        ReachRoute.health(rooms),
                        ReachRoute.stop(rooms));
        return Stream.concat(others.stream(), own.stream()).toList();
    }

    /**
     * The way through a tunnel whose callers come in here.
     *
     * @throws BadCheckException when there is none of that name, or no check can go through it now
     */
    Through through(String name) throws BadCheckException {
        View tunnel =
                tunnels.stream()
                        .flatMap(all -> all.all().stream())
                        .filter(view -> view.name().equals(name))
                        .findAny()
                        .orElseThrow(() ->
                                new BadCheckException(
                                        "there is no tunnel '%s': culvert tunnel list"
                                                .formatted(Quoted.word(name))));
        if (!tunnel.isWanted()) {
            throw new BadCheckException(
                    "the tunnel '%s' is stopped: culvert tunnel start %s".formatted(name, name));
        }
        return switch (tunnel.settings().kind()) {
            case DYNAMIC -> {
                AgentAddress.Tcp port = port(tunnel);
                yield Through.dynamicTunnel(port.host(), port.port());
            }
            case LOCAL -> {
                AgentAddress.Tcp port = port(tunnel);
                if (tunnel.status().phase() != Phase.UP) {
                    throw new BadCheckException(
                            "the tunnel '%s' is not up, and takes connections nevertheless: culvert tunnel status %s says why"
                                    .formatted(name, name));
                }
                yield Through.localTunnel(
                        port.host(),
                        port.port(),
                        name,
                        tunnel.settings().to().map(AgentAddress.Tcp::toString).orElse(""));
            }
            case REMOTE ->
                    throw new BadCheckException(
                            "the tunnel '%s' is a remote one, which leads from its server to here: a check needs a dynamic or a local one"
                                    .formatted(name));
        };
    }

    private static AgentAddress.Tcp port(View tunnel) throws BadCheckException {
        if (tunnel.listen() instanceof AgentAddress.Tcp tcp) {
            return tcp;
        }
        throw new BadCheckException(
                "the tunnel '%s' listens at a Unix socket: a check needs one that listens at a port"
                        .formatted(tunnel.name()));
    }

    private Optional<String> userOf(String key) {
        return tunnels.flatMap(all -> all.userOf(key));
    }

    /** Ends the tunnels. Blocks. */
    @Override
    public void close() {
        workers.close();
        tunnels.ifPresent(SshTunnels::close);
    }
}
