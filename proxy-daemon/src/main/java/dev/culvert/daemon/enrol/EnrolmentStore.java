package dev.culvert.daemon.enrol;

import java.io.IOException;
import java.util.List;

/** Where enrolments are kept. Everything here may block; calls come one after the other. */
public interface EnrolmentStore {
    /** Whether they outlive the daemon. */
    boolean isKept();

    /**
     * All of them; none if there never was one.
     *
     * @throws IOException one sentence, when they cannot be read
     */
    List<Enrolment> read() throws IOException;

    /** Adds it, or replaces the one with its id. When this returns, a crash does not undo it. */
    void save(Enrolment enrolment) throws IOException;

    /** Does nothing if there is none of that id. */
    void delete(String id) throws IOException;
}
