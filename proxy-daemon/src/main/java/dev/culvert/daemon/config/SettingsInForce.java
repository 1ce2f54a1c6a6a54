package dev.culvert.daemon.config;

import dev.culvert.settings.Key;
import dev.culvert.settings.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who set which value of the settings in force. Safe for all threads. */
/* Only what is shown is kept: the layers behind it contain secrets, and whole files. */
public final class SettingsInForce {
    private final StartSettings start;
    private final Map<String, Key> keysOfStart = new HashMap<>();
    private volatile List<Key> read;

    /**
     * A setting.
     *
     * @param inForce its value now
     * @param afterRestart its value in the settings that were read last; null if that is in force
     */
    public record Row(Key inForce, @Nullable Key afterRestart) {}

    /** The settings at the start. */
    public SettingsInForce(Settings<DaemonSettings> first) {
        start = StartSettings.of(first.value());
        read = first.keys();
        read.stream()
                .filter(key -> StartSettings.needRestart(key.path()))
                .forEach(key -> keysOfStart.put(key.path(), key));
    }

    /** A reload has put these in force. Returns the keys of those that only a restart changes. */
    public List<String> use(Settings<DaemonSettings> next) {
        read = next.keys();
        return start.needingRestart(next.value());
    }

    /** All settings, in the order in which the reference of keys has them. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Key key : read) {
            Key before = keysOfStart.getOrDefault(key.path(), key);
            rows.add(before.json().equals(key.json()) ? new Row(key, null) : new Row(before, key));
        }
        return rows;
    }
}
