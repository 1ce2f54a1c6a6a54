package dev.culvert.daemon.continuations;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps continuations as long as the daemon runs. */
public final class MemoryContinuations implements ContinuationStore {
    private final Map<String, Continuation> byHash = new HashMap<>();

    @Override
    public boolean isKept() {
        return false;
    }

    @Override
    public synchronized List<Head> heads(int bytes) {
        return byHash.values().stream()
                .map(it -> {
                    byte[] all = it.content();
                    byte[] begin = Arrays.copyOf(all, Math.min(bytes, all.length));
                    return new Head(it.with(it.expires(), begin), all.length);
                })
                .toList();
    }

    @Override
    public synchronized @Nullable Continuation find(String hash) {
        return byHash.get(hash);
    }

    @Override
    public synchronized void save(Continuation it) {
        Continuation before = byHash.get(it.hash());
        if (before == null || before.used() == null) {
            byHash.put(it.hash(), it);
        }
    }

    @Override
    public synchronized @Nullable String use(String hash, String whom) {
        Continuation now =
                byHash.computeIfPresent(hash, (_, it) -> it.used() == null ? it.usedBy(whom) : it);
        return now == null ? null : now.used();
    }

    @Override
    public synchronized void giveBack(String hash, String whom) {
        byHash.computeIfPresent(hash, (_, it) -> whom.equals(it.used()) ? it.usedBy(null) : it);
    }

    @Override
    public synchronized void replaceContent(String hash, byte[] content) {
        byHash.computeIfPresent(hash, (_, it) -> it.with(it.expires(), content));
    }

    @Override
    public synchronized void delete(Collection<String> hashes) {
        byHash.keySet().removeAll(hashes);
    }
}
