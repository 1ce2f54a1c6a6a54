package dev.culvert.daemon.approvals;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.config.ApprovalSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All approvals as the store had them last, within the limits. Safe for all threads. */
final class ApprovalBook {
    private static final Comparator<Approval> OLDEST_FIRST =
            Comparator.comparing(Approval::asked).thenComparing(Approval::id);

    /** What the other members of one take, about. */
    private static final long OVERHEAD_BYTES = 1024;

    private final Map<String, Approval> byId = new HashMap<>();

    /** Those that are being stored. */
    private final Map<String, Approval> arriving = new HashMap<>();

    /** Those of which the store may have another standing: it hung when it was told. */
    private final Set<String> doubtful = new HashSet<>();

    private final ChangeNumbers changesOfAll = new ChangeNumbers();
    private final TenantChanges changes = new TenantChanges();
    private final List<ApprovalListener> listeners = new CopyOnWriteArrayList<>();
    private long bytes;

    /** Tells {@code listener} of each approval that is new or has changed, on any thread. */
    void listen(ApprovalListener listener) {
        listeners.add(listener);
    }

    void forget(ApprovalListener listener) {
        listeners.remove(listener);
    }

    synchronized @Nullable Approval find(String id) {
        return byId.get(id);
    }

    /** Those that were asked first come before the others. */
    synchronized List<Approval> all() {
        return byId.values().stream().sorted(OLDEST_FIRST).toList();
    }

    synchronized List<Approval> pending() {
        return byId.values().stream().filter(Approval::isPending).sorted(OLDEST_FIRST).toList();
    }

    synchronized boolean isEmpty() {
        return byId.isEmpty();
    }

    synchronized long bytes() {
        return bytes;
    }

    /** The changes of one tenant; of all for null. */
    synchronized ChangeNumbers changes(@Nullable String tenant) {
        return tenant == null ? changesOfAll : changes.of(tenant);
    }

    /**
     * Keeps room for one that is about to be stored. It is not there before {@link #put}; if it
     * cannot be stored, {@link #release} gives the room back.
     *
     * @throws ApprovalException when there may be no more
     */
    synchronized void reserve(Approval asked, Instant now, ApprovalSettings most)
            throws ApprovalException {
        if (arriving.containsKey(asked.id())) {
            throw ApprovalException.overloaded("the same approval is being stored at this moment");
        }
        long pending = 0;
        long pendingOfTenant = 0;
        long pendingOfAgent = 0;
        long keptOfAgent = 0;
        for (Approval each : together()) {
            boolean isPending = each.state(now) == Approval.State.PENDING;
            boolean isOfAgent = each.agent().equals(asked.agent());
            pending += isPending ? 1 : 0;
            pendingOfTenant += isPending && each.tenant().equals(asked.tenant()) ? 1 : 0;
            pendingOfAgent += isPending && isOfAgent ? 1 : 0;
            keptOfAgent += isOfAgent && !each.isOver(now) ? 1 : 0;
        }
        check("of this agent wait", pendingOfAgent, most.maxPendingAgent(), "max_pending_agent");
        check(
                "of this tenant wait",
                pendingOfTenant,
                most.maxPendingTenant(),
                "max_pending_tenant");
        check("wait", pending, most.maxPending(), "max_pending");
        check(
                "of this agent are kept until they expire",
                keptOfAgent,
                most.maxKeptAgent(),
                "max_kept_agent");
        if (bytes + size(asked) > most.maxKeptBytes()) {
            throw ApprovalException.overloaded(
                    "the approvals that are kept take %d bytes, and may take %d (approvals.max_kept_bytes)"
                            .formatted(bytes, most.maxKeptBytes()));
        }
        arriving.put(asked.id(), asked);
        bytes += size(asked);
    }

    private List<Approval> together() {
        return Stream.of(byId, arriving).map(Map::values).flatMap(Collection::stream).toList();
    }

    private static void check(String what, long now, long most, String key)
            throws ApprovalException {
        if (now >= most) {
            throw ApprovalException.overloaded(
                    "%d approvals %s, the most that may (approvals.%s)".formatted(now, what, key));
        }
    }

    /** It could not be stored. Does nothing after {@link #put}. */
    synchronized void release(Approval asked) {
        if (arriving.remove(asked.id()) != null) {
            bytes -= size(asked);
        }
    }

    /** The oldest whose time is over and that nobody waits for. */
    synchronized List<String> over(Instant now, Instant endedBefore) {
        List<String> ids = new ArrayList<>();
        for (Approval each : byId.values()) {
            if (!each.isPending()
                    && each.isOver(now)
                    && latest(each).isBefore(endedBefore)
                    && !doubtful.contains(each.id())) {
                ids.add(each.id());
            }
        }
        return ids;
    }

    private static Instant latest(Approval ended) {
        Instant end =
                switch (ended.standing()) {
                    case Standing.Pending _ -> ended.expires();
                    case Standing.Decided(Decision decision) -> decision.at();
                    case Standing.Used(Decision _, String _, Instant at) -> at;
                    case Standing.Expired(Instant at) -> at;
                    case Standing.Withdrawn(String _, Instant at) -> at;
                };
        return end.isAfter(ended.expires()) ? end : ended.expires();
    }

    /** The store has it so. */
    void put(Approval approval) {
        synchronized (this) {
            doubtful.remove(approval.id());
            boolean hasRoom = arriving.remove(approval.id()) != null;
            if (byId.put(approval.id(), approval) == null && !hasRoom) {
                bytes += size(approval);
            }
            changesOfAll.add(approval.id());
            changes.add(approval.tenant(), approval.id());
        }
        for (ApprovalListener each : listeners) {
            each.onChanged(approval);
        }
    }

    /** The store has these no more. */
    synchronized void remove(Collection<String> ids) {
        for (String id : ids) {
            Approval gone = byId.remove(id);
            if (gone != null) {
                bytes -= size(gone);
                changesOfAll.forget(id);
                changes.forget(gone.tenant(), id);
            }
        }
    }

    synchronized void doubt(String id) {
        doubtful.add(id);
    }

    synchronized boolean isDoubtful(String id) {
        return doubtful.contains(id);
    }

    /** The store has it as it is here. */
    synchronized void trust(String id) {
        doubtful.remove(id);
    }

    /** Those that have expired, or are in doubt. */
    synchronized List<Approval> due(Instant now) {
        return byId.values().stream()
                .filter(it -> (it.isPending() && it.isOver(now)) || doubtful.contains(it.id()))
                .toList();
    }

    private static long size(Approval approval) {
        return OVERHEAD_BYTES + approval.call().arguments().getBytes(UTF_8).length;
    }
}
