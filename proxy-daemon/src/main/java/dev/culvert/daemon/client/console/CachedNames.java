package dev.culvert.daemon.client.console;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Names as they were a moment ago, without waiting. Safe for all threads. */
final class CachedNames {
    private static final Duration FRESH = Duration.ofSeconds(5);

    private record Known(List<String> names, long nanos) {}

    private final Names names;
    private final Runnable onChange;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Set<String> asking = ConcurrentHashMap.newKeySet();

    /**
     * @param onChange runs on another thread when there are new ones
     */
    CachedNames(Names names, Runnable onChange) {
        this.names = names;
        this.onChange = onChange;
    }

    /** Those that are known; asks for newer ones where they are old. */
    List<String> of(String label) {
        Known now = known.get(label);
        if (now == null || System.nanoTime() - now.nanos() > FRESH.toNanos()) {
            ask(label);
        }
        return now == null ? List.of() : now.names();
    }

    private void ask(String label) {
        if (asking.add(label)) {
            Thread.ofVirtual()
                    .name("names")
                    .start(() -> {
                        List<String> found;
                        try {
                            found = names.of(label);
                        } catch (IOException _) { // the next command says why
                            found = List.of();
                        }
                        Known before = known.put(label, new Known(found, System.nanoTime()));
                        asking.remove(label);
                        if (before == null || !before.names().equals(found)) {
                            onChange.run();
                        }
                    });
        }
    }
}
