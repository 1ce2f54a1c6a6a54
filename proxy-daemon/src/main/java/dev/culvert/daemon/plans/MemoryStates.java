package dev.culvert.daemon.plans;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps them for as long as the daemon runs. */
public final class MemoryStates implements StateStore {
    private final Map<String, KeptState> states = new ConcurrentSkipListMap<>();

    @Override
    public List<KeptState> read() {
        return List.copyOf(states.values());
    }

    @Override
    public void save(KeptState state) {
        states.put(state.name(), state);
    }

    @Override
    public void delete(String name) {
        states.remove(name);
    }
}
