package dev.culvert.daemon.front.responses;

import static java.util.Objects.requireNonNull;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.ResponseSettings;
import dev.culvert.daemon.http.Problem;
import dev.culvert.io.Workers;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together the responses that a store has, each with the conversation that it follows. */
public final class RestoredResponses {
    private static final Logger LOG = LoggerFactory.getLogger(RestoredResponses.class);

    private static final Problem CUT =
            Problem.of(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "The daemon was restarted while it told the answer. The turn may have gone on:"
                            + " x-culvert-turn says where it can be read.");

    private final KeptResponses responses;
    private final KeptWrites writes;
    private final Reading reading;
    private final Map<String, StoredResponse> stored = new HashMap<>();

    /** What was said last in each response that others may follow. */
    private final Map<String, Conversation> outputs = new HashMap<>();

    private final List<ResumedTurn> resumed = new ArrayList<>();

    private RestoredResponses(KeptResponses responses, KeptWrites writes, Reading reading) {
        this.responses = responses;
        this.writes = writes;
        this.reading = reading;
    }

    /**
     * Reads the store, which takes what changes from now on. Blocks.
     *
     * @param workers write
     * @param loops read the turns that are not over
     */
    public static RestoredResponses load(
            ResponseStore store,
            Supplier<DaemonSettings> settings,
            Workers workers,
            EventLoopGroup loops) {
        return load(
                store,
                new KeptWrites(store, workers),
                () -> settings.get().responses(),
                KeptResponses.Time.SYSTEM,
                new Reading(loops, settings.get().turns().maxAnswerBytes()));
    }

    /** How turns are read. */
    record Reading(EventLoopGroup loops, int maxAnswerBytes) {}

    static RestoredResponses load(
            ResponseStore store,
            KeptWrites writes,
            Supplier<ResponseSettings> settings,
            KeptResponses.Time time,
            Reading reading) {
        KeptResponses responses = new KeptResponses(settings, time, writes);
        RestoredResponses restored = new RestoredResponses(responses, writes, reading);
        store.load(restored::read);
        restored.putTogether();
        return restored;
    }

    /** All that are kept. */
    public KeptResponses responses() {
        return responses;
    }

    /** The turns that were not over, and go on without their clients. */
    List<ResumedTurn> resumed() {
        return resumed;
    }

    private void read(String id, byte[] bytes) throws IOException {
        StoredResponse read = StoredResponse.read(bytes);
        StoredResponse.Own own = read.own();
        if (own != null && !ResponseObject.idOf(own.turn(), own.owner()).equals(id)) {
            throw new IOException("it is another response than its name says");
        }
        stored.put(id, read);
        writes.isThere(id);
    }

    /** A response began after the one that it follows. */
    private void putTogether() {
        List<String> left = new ArrayList<>(stored.keySet());
        left.sort(Comparator.comparingLong(this::beganMillis));
        int before = left.size() + 1;
        while (left.size() < before) { // again only if the clock was set meanwhile
            before = left.size();
            left.removeIf(this::restore);
        }
        responses.restored();
        for (String id : left) {
            LOG.warn("the response {} is gone, because what it follows is not there", id);
            writes.forget(id);
        }
        outputs.forEach((id, output) -> {
            if (!output.isHeld()) {
                writes.forget(id);
            }
        });
        if (responses.count() > 0) {
            LOG.info(
                    "responses of earlier runs: {} are kept, of which {} go on",
                    responses.count(),
                    resumed.size());
        }
        stored.clear();
        outputs.clear();
    }

    private long beganMillis(String id) {
        StoredResponse.Own own = get(id).own();
        return own == null ? 0 : own.beganMillis();
    }

    private StoredResponse get(String id) {
        return requireNonNull(stored.get(id));
    }

    /** False if what it follows is not there yet. */
    private boolean restore(String id) {
        StoredResponse it = get(id);
        String previous = it.said().previous();
        Conversation before = previous == null ? null : outputs.get(previous);
        if (previous != null && before == null) {
            return false;
        }
        Conversation input = part(before, it.said().input(), id);
        StoredResponse.Own own = it.own();
        if (own == null) {
            outputs.put(id, part(input, it.said().output(), id));
        } else {
            restore(own, input, it.said().output());
        }
        return true;
    }

    private static Conversation part(@Nullable Conversation before, byte[] items, String id) {
        Conversation part = new Conversation(before, Unpooled.wrappedBuffer(items));
        part.isOf(id);
        return part;
    }

    private void restore(StoredResponse.Own own, Conversation input, byte[] output) {
        ResponseObject response =
                ResponseObject.of(own.turn(), own.owner(), own.createdSeconds(), own.echo());
        long since = responses.sinceNanos(own.beganMillis());
        KeptResponse kept =
                new KeptResponse(
                        response, own.owner(), input, Outcome.IN_PROGRESS, since, own.asked());
        boolean isOver = own.outcome().isFinal();
        StoredResponse.Log log = own.log();
        if (isOver) {
            kept.ended(own.outcome(), Unpooled.wrappedBuffer(output));
            outputs.put(kept.id(), kept.whole());
        }
        if (log != null) {
            EventLoop loop = reading.loops.next();
            if (isOver) {
                kept.runs(BackgroundTurn.ended(responses, kept, loop, log));
            } else {
                resumed.add(ResumedTurn.of(responses, kept, loop, reading.maxAnswerBytes));
            }
        }
        responses.restore(kept);
        if (log == null && !isOver) {
            responses.end(kept, Outcome.failed(CUT), Unpooled.EMPTY_BUFFER);
        }
    }
}
