package dev.culvert.daemon.previews;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps previews as long as the daemon runs. */
public final class MemoryPreviews implements PreviewStore {
    private final Map<String, Preview> byId = new ConcurrentSkipListMap<>();

    @Override
    public List<Preview> read() {
        return List.copyOf(byId.values());
    }

    @Override
    public void save(Preview preview) {
        byId.put(preview.id(), preview);
    }

    @Override
    public void delete(Collection<String> ids) {
        byId.keySet().removeAll(ids);
    }
}
