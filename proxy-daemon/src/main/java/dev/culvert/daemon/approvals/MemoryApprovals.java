package dev.culvert.daemon.approvals;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Approvals of a daemon without a {@code state_dir}: they end with it. */
public final class MemoryApprovals implements ApprovalStore {
    private final Map<String, Approval> byId = new HashMap<>();

    @Override
    public boolean isKept() {
        return false;
    }

    @Override
    public synchronized List<Approval> read() {
        return byId.values().stream().sorted(Comparator.comparing(Approval::asked)).toList();
    }

    @Override
    public synchronized @Nullable Approval find(String id) {
        return byId.get(id);
    }

    @Override
    public synchronized boolean add(Approval asked) {
        return byId.putIfAbsent(asked.id(), asked) == null;
    }

    @Override
    public synchronized boolean replace(Approval before, Approval after) {
        Approval there = byId.get(before.id());
        if (there == null || !there.standing().equals(before.standing())) {
            return false;
        }
        byId.put(after.id(), after);
        return true;
    }

    @Override
    public synchronized void delete(Collection<String> ids) {
        byId.keySet().removeAll(ids);
    }
}
