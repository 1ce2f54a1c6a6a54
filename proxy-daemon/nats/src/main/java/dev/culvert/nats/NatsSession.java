package dev.culvert.nats;

import dev.culvert.io.Quoted;
import dev.culvert.registry.Bucket;
import dev.culvert.registry.RegistrySession;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamOptions;
import io.nats.client.KeyValueManagement;
import io.nats.client.KeyValueOptions;
import io.nats.client.api.KeyValueConfiguration;
import io.nats.client.api.KeyValueStatus;
import io.nats.client.api.StorageType;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;

/** One connection to NATS. */
final class NatsSession implements RegistrySession {
    /** Answers of JetStream's interface. */
    private static final int STREAM_NOT_FOUND = 10_059;

    private static final int STREAM_NAME_IN_USE = 10_058;

    private final Connection connection;
    private final Duration timeout;

    NatsSession(Connection connection, Duration timeout) {
        this.connection = connection;
        this.timeout = timeout;
    }

    @Override
    public String server() {
        String url = String.valueOf(connection.getConnectedUrl());
        try {
            URI uri = URI.create(url);
            return uri.getUserInfo() == null
                    ? url
                    : uri.getScheme() + "://" + uri.getHost() + ":" + uri.getPort();
        } catch (IllegalArgumentException _) {
            return "NATS";
        }
    }

    @Override
    public Bucket bucket(String name, Duration keep, int replicas) throws IOException {
        KeyValueOptions options =
                KeyValueOptions.builder()
                        .jetStreamOptions(
                                JetStreamOptions.builder().requestTimeout(timeout).build())
                        .build();
        try {
            KeyValueManagement buckets = connection.keyValueManagement(options);
            KeyValueStatus status = made(buckets, name, keep, replicas);
            if (!status.getTtl().equals(keep)) {
                throw new IOException(
                        "the bucket %s of NATS keeps each value for %d s, and this host would keep it for %d s (0: for ever): set cluster.heartbeat to what the other hosts have, or stop all hosts and remove the bucket (nats kv del %s)"
                                .formatted(
                                        name, status.getTtl().toSeconds(), keep.toSeconds(), name));
            }
            return new NatsBucket(connection.keyValue(name, options));
        } catch (JetStreamApiException e) {
            throw refused(e);
        } catch (IllegalStateException e) {
            throw closed(e);
        }
    }

    private static KeyValueStatus made(
            KeyValueManagement buckets, String name, Duration keep, int replicas)
            throws IOException, JetStreamApiException {
        try {
            return buckets.getStatus(name);
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != STREAM_NOT_FOUND) {
                throw e;
            }
        }
        try {
            return buckets.create(
                    KeyValueConfiguration.builder(name)
                            .description("What the hosts of a cluster of Culvert know in common")
                            .storageType(StorageType.File)
                            .ttl(keep)
                            .replicas(replicas)
                            .build());
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() == STREAM_NAME_IN_USE) {
                return buckets.getStatus(name); // another host was faster
            }
            throw e;
        }
    }

    /** JetStream has answered, and did not do it. */
    static IOException refused(JetStreamApiException e) {
        return new IOException(
                "NATS did not do it: "
                        + Quoted.sentence(e.getErrorDescription())
                        + " (code "
                        + e.getApiErrorCode()
                        + "); is JetStream on (nats-server -js), and are there as many servers as cluster.replicas?",
                e);
    }

    /** The client of NATS says so of a connection that was lost a moment ago. */
    static IOException closed(IllegalStateException e) {
        return new IOException("the connection to NATS is closed", e);
    }

    static InterruptedIOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException now = new InterruptedIOException("interrupted");
        now.initCause(e);
        return now;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
