package dev.culvert.daemon.approvals;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where approvals are kept. Everything here may block; it is safe for all threads. */
public interface ApprovalStore {
    /** Whether they outlive the daemon. */
    boolean isKept();

    /**
     * All of them, those that were asked first before the others; none if there never was one.
     *
     * @throws IOException one sentence, when they cannot be read
     */
    List<Approval> read() throws IOException;

    /** The one of that id; null if there is none. */
    @Nullable Approval find(String id) throws IOException;

    /**
     * Adds it. When this returns, a crash does not undo it.
     *
     * @return false if there is one of that id, which stays as it is
     */
    boolean add(Approval asked) throws IOException;

    /**
     * Replaces the standing of one that has the standing of {@code before}. When this returns, a
     * crash does not undo it.
     *
     * @return false if it has another standing, and keeps that
     */
    boolean replace(Approval before, Approval after) throws IOException;

    /** Does nothing for an id that there is not. */
    void delete(Collection<String> ids) throws IOException;
}
