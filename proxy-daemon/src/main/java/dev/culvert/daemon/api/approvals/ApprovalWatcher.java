package dev.culvert.daemon.api.approvals;

import dev.culvert.daemon.approvals.Approval;
import dev.culvert.daemon.approvals.Approval.State;
import dev.culvert.daemon.approvals.ApprovalListener;
import dev.culvert.daemon.approvals.Approvals;
import dev.culvert.daemon.approvals.Feed;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.EventIds;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.PacedStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One client that watches approvals. Confined to its event loop, except where noted. */
/* The client gets each approval as it is now, in the order of the last changes, a few at a time. So a client that does not
 * read costs a number, and one that comes back with it gets what has changed since. One without a number begins at 0 and
 * is not told of those that ended before it came. */
final class ApprovalWatcher implements ApprovalListener {
    private static final EventType APPROVAL = EventType.of("approval");
    private static final EventType MISSED = EventType.of("missed");
    private static final Pattern ID = Pattern.compile("([0-9a-f]{16}):([0-9]{1,18})");
    private static final int BATCH_BYTES = 32 * 1024;

    private final ApprovalsRoute route;
    private final Approvals approvals;
    private final Predicate<Approval> wanted;
    private final PacedStream events;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Feed feed;
    private final EventIds ids;

    /** Up to where the client knows the approvals. */
    private long known;

    /** Up to here it is told only of those that wait. */
    private long onlyPendingUpTo;

    ApprovalWatcher(
            ApprovalsRoute route,
            Feed feed,
            Predicate<Approval> wanted,
            Answer answer,
            DaemonSettings settings) {
        this.route = route;
        this.feed = feed;
        this.wanted = wanted;
        approvals = route.approvals();
        ids = EventIds.of(feed.epoch());
        events =
                new PacedStream(
                        answer,
                        settings.sse().keepalive(),
                        settings.turns().stallTimeout(),
                        this::forget);
    }

    /**
     * Starts to watch, and to write what the client does not know.
     *
     * @param last the id of the last event that it has; null if it has none
     */
    void begin(@Nullable String last) {
        if (!events.isOpen()) { // the client has gone, or wants only the head
            events.forget();
            return;
        }
        approvals.listen(this);
        Matcher point = ID.matcher(last == null ? "" : last);
        if (point.matches()
                && point.group(1).equals(feed.epoch())
                && feed.reaches(Long.parseLong(point.group(2)))) {
            known = Long.parseLong(point.group(2));
        } else {
            beginAnew(last != null);
        }
        writeMore();
    }

    private void beginAnew(boolean hasMissed) {
        known = 0;
        onlyPendingUpTo = feed.newest();
        if (hasMissed) {
            events.write(
                    MISSED,
                    Json.object(json ->
                            json.writeStringField(
                                    "message",
                                    "The changes since your last event are not known any more: forget all approvals. Those that wait follow.")));
        }
    }

    @Override
    public void onChanged(Approval approval) {
        if (woken.compareAndSet(false, true)) {
            events.execute(() -> {
                woken.set(false);
                writeMore();
            });
        }
    }

    private void writeMore() {
        if (events.awaitsClient()) {
            return;
        }
        int written = 0;
        boolean hasMore = true;
        while (hasMore && written < BATCH_BYTES && events.isOpen()) {
            if (known > onlyPendingUpTo && !feed.reaches(known)) { // it has not read for long
                beginAnew(true);
            }
            Feed.Item next = feed.after(known);
            hasMore = next != null;
            if (next != null) {
                known = next.number();
                written += write(next.approval());
            }
        }
        if (written > 0 && events.isOpen()) {
            events.await(this::writeMore);
        }
    }

    private int write(@Nullable Approval approval) {
        if (approval == null || !wanted.test(approval)) {
            return 0;
        }
        ApprovalJson form = new ApprovalJson(approvals.now());
        if (known <= onlyPendingUpTo && approval.state(form.now()) != State.PENDING) {
            return 0;
        }
        return events.write(
                APPROVAL, ids, known, Json.object(json -> form.writeMembers(json, approval)));
    }

    /** The caller is not let in any more. Called on the event loop. */
    void deny(Problem why) {
        events.deny(why);
    }

    /** From any thread. */
    void end() {
        events.execute(events::end);
    }

    private void forget() {
        approvals.forget(this);
        route.forget(this);
    }
}
