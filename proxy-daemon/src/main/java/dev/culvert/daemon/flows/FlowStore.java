package dev.culvert.daemon.flows;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the journal of runs. Every method blocks; safe for all threads. */
public interface FlowStore {
    /**
     * A run.
     *
     * @param content a JSON object, see {@link RunRecord}
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
    record RunRow(
            String id,
            String flow,
            String tenant,
            String caller,
            String state,
            Instant started,
            @Nullable Instant ended,
            byte[] content) {}

    /**
     * A step of a run, or one item of it.
     *
     * @param content a JSON object, see {@link StepRecord}
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
    record StepRow(String run, String step, String state, Instant changed, byte[] content) {}

    /** An output that may be used again. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
    record CachedRow(Instant stored, byte[] content) {}

    /** Whether it outlives the daemon. */
    boolean isKept();

    /** All runs, those that started first before the others. */
    List<RunRow> runs() throws IOException;

    /** The run of that id; null if there is none. */
    @Nullable RunRow run(String id) throws IOException;

    /** The steps of a run, by their names. */
    List<StepRow> steps(String run) throws IOException;

    /** Adds it, or puts it in the place of the one with the same id. */
    void save(RunRow run) throws IOException;

    /** Adds it, or puts it in the place of the one with the same run and name. */
    void save(StepRow step) throws IOException;

    /** Deletes runs with their steps. */
    void delete(Collection<String> runs) throws IOException;

    /** The output with that digest; null if there is none. */
    @Nullable CachedRow cached(String digest) throws IOException;

    /** Adds an output or replaces it, and deletes the oldest beyond {@code most}. */
    void cache(String digest, CachedRow row, int most) throws IOException;
}
