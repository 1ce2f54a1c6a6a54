package dev.culvert.daemon.flows;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A journal that ends with the daemon. */
public final class MemoryFlows implements FlowStore {
    private final Map<String, RunRow> runs = new HashMap<>();
    private final Map<String, TreeMap<String, StepRow>> steps = new HashMap<>();
    private final Map<String, CachedRow> cached = new LinkedHashMap<>();

    @Override
    public boolean isKept() {
        return false;
    }

    @Override
    public synchronized List<RunRow> runs() {
        return runs.values().stream()
                .sorted(Comparator.comparing(RunRow::started).thenComparing(RunRow::id))
                .toList();
    }

    @Override
    public synchronized @Nullable RunRow run(String id) {
        return runs.get(id);
    }

    @Override
    public synchronized List<StepRow> steps(String run) {
        TreeMap<String, StepRow> of = steps.get(run);
        return of == null ? List.of() : List.copyOf(of.values());
    }

    @Override
    public synchronized void save(RunRow run) {
        runs.put(run.id(), run);
    }

    @Override
    public synchronized void save(StepRow step) {
        steps.computeIfAbsent(step.run(), _ -> new TreeMap<>()).put(step.step(), step);
    }

    @Override
    public synchronized void delete(Collection<String> gone) {
        gone.forEach(runs::remove);
        gone.forEach(steps::remove);
    }

    @Override
    public synchronized @Nullable CachedRow cached(String digest) {
        return cached.get(digest);
    }

    @Override
    public synchronized void cache(String digest, CachedRow row, int most) {
        cached.put(digest, row);
        while (cached.size() > most) {
            Instant oldest =
                    cached.values().stream()
                            .map(CachedRow::stored)
                            .min(Comparator.naturalOrder())
                            .orElseThrow();
            cached.entrySet()
                    .remove(
                            cached.entrySet().stream()
                                    .filter(it -> it.getValue().stored().equals(oldest))
                                    .findFirst()
                                    .orElseThrow());
        }
    }
}
