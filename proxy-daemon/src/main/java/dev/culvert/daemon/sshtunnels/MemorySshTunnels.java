package dev.culvert.daemon.sshtunnels;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps them for as long as the daemon runs. */
public final class MemorySshTunnels implements SshTunnelStore {
    private final Map<String, Kept> tunnels = new ConcurrentSkipListMap<>();

    @Override
    public List<Kept> read() {
        return List.copyOf(tunnels.values());
    }

    @Override
    public void save(Kept tunnel) {
        tunnels.put(tunnel.name(), tunnel);
    }

    @Override
    public void forget(String name) {
        tunnels.remove(name);
    }
}
