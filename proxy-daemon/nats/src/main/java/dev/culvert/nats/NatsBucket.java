package dev.culvert.nats;

import dev.culvert.registry.Bucket;
import dev.culvert.registry.BucketEntry;
import dev.culvert.registry.BucketWatcher;
import dev.culvert.registry.RevisionException;
import io.nats.client.JetStreamApiException;
import io.nats.client.KeyValue;
import io.nats.client.api.KeyValueEntry;
import io.nats.client.api.KeyValueOperation;
import io.nats.client.api.KeyValueWatcher;
import java.io.IOException;
import java.util.Optional;

/** A bucket of JetStream's key-value store. */
final class NatsBucket implements Bucket {
    /** JetStream's answer to a write that expects another revision. */
    private static final int WRONG_LAST_SEQUENCE = 10_071;

    private final KeyValue keyValue;

    NatsBucket(KeyValue keyValue) {
        this.keyValue = keyValue;
    }

    @Override
    public Optional<BucketEntry> find(String key) throws IOException {
        try {
            KeyValueEntry entry = keyValue.get(key);
            return entry == null ? Optional.empty() : Optional.of(entry(entry));
        } catch (JetStreamApiException e) {
            throw NatsSession.refused(e);
        } catch (IllegalStateException e) {
            throw NatsSession.closed(e);
        }
    }

    private static BucketEntry entry(KeyValueEntry entry) {
        byte[] value = entry.getValue();
        return new BucketEntry(
                entry.getKey(), value == null ? new byte[0] : value, entry.getRevision());
    }

    @Override
    public long create(String key, byte[] value) throws IOException, RevisionException {
        try {
            return keyValue.create(key, value);
        } catch (JetStreamApiException e) {
            throw failed(key, e);
        } catch (IllegalStateException e) {
            throw NatsSession.closed(e);
        }
    }

    @Override
    public long update(String key, byte[] value, long revision)
            throws IOException, RevisionException {
        try {
            return keyValue.update(key, value, revision);
        } catch (JetStreamApiException e) {
            throw failed(key, e);
        } catch (IllegalStateException e) {
            throw NatsSession.closed(e);
        }
    }

    private static IOException failed(String key, JetStreamApiException e)
            throws RevisionException {
        if (e.getApiErrorCode() == WRONG_LAST_SEQUENCE) {
            throw new RevisionException(key);
        }
        return NatsSession.refused(e);
    }

    @Override
    public void delete(String key, long revision) throws IOException {
        try {
            keyValue.delete(key, revision);
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != WRONG_LAST_SEQUENCE) {
                throw NatsSession.refused(e);
            }
        } catch (IllegalStateException e) {
            throw NatsSession.closed(e);
        }
    }

    @Override
    public void watch(BucketWatcher watcher) throws IOException {
        try {
            keyValue.watchAll(
                    new KeyValueWatcher() {
                        @Override
                        public void watch(KeyValueEntry entry) {
                            if (entry.getOperation() == KeyValueOperation.PUT) {
                                watcher.onValue(entry(entry));
                            } else {
                                watcher.onRemoved(entry.getKey());
                            }
                        }

                        @Override
                        public void endOfData() {
                            watcher.onWhole();
                        }
                    });
        } catch (JetStreamApiException e) {
            throw NatsSession.refused(e);
        } catch (IllegalStateException e) {
            throw NatsSession.closed(e);
        } catch (InterruptedException e) {
            throw NatsSession.interrupted(e);
        }
    }
}
