package dev.culvert.daemon.http.tls;

import dev.culvert.daemon.config.TlsSettings;
import dev.culvert.io.Workers;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate and key that new connections get. They follow their files: those that cannot be
 * used leave what was in force. Safe for all threads.
 */
public final class Certificates {
    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    /** What is known of a file without reading it. */
    private record Stamp(Path file, FileTime modified, long bytes) {}

    /** What is in force, and what it was made of. */
    private record InForce(TlsSettings settings, SslContext context, List<Stamp> stamps) {}

    private final List<String> protocols;
    private final TlsObserver observer;
    private final AtomicInteger handshakes = new AtomicInteger();
    private volatile InForce inForce;

    /** The last stamps whose files could not be used: that is logged once. */
    private List<Stamp> unusable = List.of();

    /**
     * Reads the files. Blocks.
     *
     * @param protocols offered with ALPN, the preferred one first
     * @throws IOException with one sentence, if they cannot be used
     */
    public Certificates(TlsSettings settings, List<String> protocols, TlsObserver observer)
            throws IOException {
        this.protocols = protocols;
        this.observer = observer;
        inForce = read(settings, stamps(settings));
    }

    private InForce read(TlsSettings settings, List<Stamp> stamps) throws IOException {
        PemFiles.Loaded loaded = PemFiles.read(settings, protocols);
        observer.onLoaded(loaded.expiry());
        LOG.info("the TLS certificate in force expires at {}", loaded.expiry());
        return new InForce(settings, loaded.context(), stamps);
    }

    /** Looks at the files now and then, with one of {@code workers}. */
    public void watch(EventLoopGroup loops, Workers workers) {
        watchLater(loops.next(), workers);
    }

    private void watchLater(EventLoop loop, Workers workers) {
        loop.schedule(
                () -> {
                    try {
                        workers.execute(this, this::refresh);
                    } catch (RejectedExecutionException _) {
                        LOG.debug("the certificates are looked at later: the workers are busy");
                    }
                    watchLater(loop, workers);
                },
                settings().reloadInterval().toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Reads the files again if they have changed. Blocks. */
    public void refresh() {
        use(settings());
    }

    /**
     * Takes other settings, and reads the files again if they or the files have changed. Blocks.
     */
    public synchronized void use(TlsSettings next) {
        List<Stamp> now = stamps(next);
        InForce before = inForce;
        if (now.equals(before.stamps()) && next.equals(before.settings())) {
            return;
        }
        try {
            inForce = read(next, now);
            unusable = List.of();
        } catch (IOException e) {
            observer.onNotLoaded();
            if (!now.equals(unusable)) {
                unusable = now;
                LOG.error(
                        "the TLS certificate was not reloaded, and the previous one stays in force:"
                                + " {}",
                        e.getMessage());
            }
        }
    }

    private static List<Stamp> stamps(TlsSettings settings) {
        return Stream.of(settings.cert(), settings.key(), settings.clientCa())
                .flatMap(Optional::stream)
                .map(Certificates::stamp)
                .toList();
    }

    /** The stamp of a file that is not there has no bytes. */
    private static Stamp stamp(Path file) {
        try {
            return new Stamp(file, Files.getLastModifiedTime(file), Files.size(file));
        } catch (IOException _) {
            return new Stamp(file, FileTime.fromMillis(0), -1);
        }
    }

    /** For a new connection. */
    public SslHandler newHandler(ByteBufAllocator buffers) {
        InForce now = inForce;
        SslHandler handler = now.context().newHandler(buffers);
        handler.setHandshakeTimeoutMillis(now.settings().handshakeTimeout().toMillis());
        return handler;
    }

    private TlsSettings settings() {
        return inForce.settings();
    }

    /** False if too many handshakes go on. */
    boolean beginHandshake() {
        if (handshakes.incrementAndGet() > settings().maxHandshakes()) {
            handshakes.decrementAndGet();
            observer.onHandshake(TlsObserver.Outcome.REFUSED);
            return false;
        }
        return true;
    }

    void endHandshake(TlsObserver.Outcome outcome) {
        handshakes.decrementAndGet();
        observer.onHandshake(outcome);
    }

    /** How many handshakes go on. */
    public int handshakes() {
        return handshakes.get();
    }
}
