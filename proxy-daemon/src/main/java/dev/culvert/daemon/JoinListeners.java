package dev.culvert.daemon;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.tls.Certificates;
import dev.culvert.daemon.join.JoinPipeline;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets to which agents dial in, besides those of clients. A reload opens and closes some.
 */
final class JoinListeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JoinListeners.class);

    /**
     * A VM's monitor has another user than the daemon. Whoever connects has to prove who it is, and
     * the folder says who may.
     */
    private static final String FOR_ALL = "rw-rw-rw-";

    private final EventLoops loops;
    private final JoinPipeline pipeline;
    private final Listeners clients;

    /** By the address that was asked for. */
    private final Map<AgentAddress, Channel> channels = new LinkedHashMap<>();

    /**
     * @param clients knows the certificate
     */
    JoinListeners(EventLoops loops, JoinPipeline pipeline, Listeners clients) {
        this.loops = loops;
        this.pipeline = pipeline;
        this.clients = clients;
    }

    /**
     * Opens one socket after another.
     *
     * @throws IOException one sentence, when one of them cannot be used
     */
    synchronized void open(DaemonSettings settings) throws IOException {
        for (AgentAddress address : settings.join().listen()) {
            if (!channels.containsKey(address)) {
                channels.put(address, listen(address, settings));
            }
        }
    }

    /** Takes other settings. A socket that cannot be opened is logged, and the others work. */
    synchronized void use(DaemonSettings next) {
        List<AgentAddress> wanted = next.join().listen();
        channels.entrySet()
                .removeIf(open -> {
                    boolean goes = !wanted.contains(open.getKey());
                    if (goes) {
                        open.getValue().close().awaitUninterruptibly();
                    }
                    return goes;
                });
        for (AgentAddress address : wanted) {
            try {
                if (!channels.containsKey(address)) {
                    channels.put(address, listen(address, next));
                }
            } catch (IOException e) {
                LOG.error("agents cannot dial in there: {}", e.getMessage());
            }
        }
    }

    private Channel listen(AgentAddress address, DaemonSettings settings) throws IOException {
        Future<Channel> listening =
                loops.transport().listen(loops.group(), address, stations(address, settings));
        if (!listening.awaitUninterruptibly().isSuccess()) {
            throw new IOException(
                    "join.listen: " + listening.cause().getMessage(), listening.cause());
        }
        Channel channel = listening.getNow();
        if (address instanceof Unix unix) {
            try {
                Files.setPosixFilePermissions(
                        Path.of(unix.path()), PosixFilePermissions.fromString(FOR_ALL));
            } catch (IOException e) {
                channel.close().awaitUninterruptibly();
                throw new IOException(
                        "join.listen: the permissions of " + unix.path() + " cannot be set: " + e,
                        e);
            }
        }
        LOG.info("agents can dial in at {}", shown(address, channel));
        return channel;
    }

    private ChannelHandler stations(AgentAddress address, DaemonSettings settings)
            throws IOException {
        if (address instanceof Tcp tcp && tcp.tls()) {
            Certificates certificates = clients.certificates(settings.http());
            return pipeline.withTls(certificates);
        }
        return pipeline;
    }

    private static AgentAddress shown(AgentAddress asked, Channel channel) {
        AgentAddress got = Transport.localAddress(channel);
        return asked instanceof Tcp tcp && tcp.tls() && got instanceof Tcp port
                ? port.withTls()
                : got;
    }

    /** With the port that each got instead of port 0. */
    synchronized List<AgentAddress> addresses() {
        return channels.entrySet().stream()
                .map(open -> shown(open.getKey(), open.getValue()))
                .toList();
    }

    /** Agents that dial in from now on are refused by the system. */
    @Override
    public synchronized void close() {
        channels.values().forEach(channel -> channel.close().awaitUninterruptibly());
        channels.clear();
    }
}
