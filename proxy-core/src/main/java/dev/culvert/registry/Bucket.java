package dev.culvert.registry;

import java.io.IOException;
import java.util.Optional;

/**
 * Values under keys. A key has letters, digits, {@code -}, {@code _} and dots. All methods block.
 */
public interface Bucket {
    /** The value of that key. */
    Optional<BucketEntry> find(String key) throws IOException;

    /**
     * Writes a value that is not there yet.
     *
     * @return its revision: higher than each one before it in this bucket
     * @throws RevisionException if there is a value already
     */
    long create(String key, byte[] value) throws IOException, RevisionException;

    /**
     * Replaces the value that has that revision.
     *
     * @throws RevisionException if the key has another one, or none
     */
    long update(String key, byte[] value, long revision) throws IOException, RevisionException;

    /** Removes the value that has that revision, if it still has. */
    void delete(String key, long revision) throws IOException;

    /**
     * Tells every value that there is, and then every change, in this order and on one thread,
     * until the session is closed. What is removed because its time is over is not told.
     */
    void watch(BucketWatcher watcher) throws IOException;
}
