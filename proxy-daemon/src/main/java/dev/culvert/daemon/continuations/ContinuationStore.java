package dev.culvert.daemon.continuations;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps continuations; over restarts, if it can. Safe for all threads, and may block. */
public interface ContinuationStore {
    /** Whether anything outlives the daemon. */
    boolean isKept();

    /**
     * All that are there, each with no more than so many bytes of its content, and with the size of
     * the whole.
     */
    List<Head> heads(int bytes) throws IOException;

    /**
     * One that is there.
     *
     * @param begin of which the content is only the beginning
     * @param bytes how long the content is
     */
    record Head(Continuation begin, long bytes) {}

    /** The one of that hash; null if it is not there. */
    @Nullable Continuation find(String hash) throws IOException;

    /** Adds it, in place of one of that hash that was not used. One that was used stays. */
    void save(Continuation it) throws IOException;

    /**
     * Marks it as used by {@code whom}, unless it was used before.
     *
     * @return by what it is used now; null if it is not there
     */
    @Nullable String use(String hash, String whom) throws IOException;

    /** It is as if {@code whom} had not used it. */
    void giveBack(String hash, String whom) throws IOException;

    /** Replaces the content, if it is there. */
    void replaceContent(String hash, byte[] content) throws IOException;

    /** Removes those that are there. */
    void delete(Collection<String> hashes) throws IOException;
}
