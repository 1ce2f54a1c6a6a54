package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The section {@code inventory}: how the servers of the list {@code proxmox} are followed.
 *
 * @param pollInterval between two questions to one server
 * @param longestPause the longest pause between two attempts to reach a server that is away
 * @param keepHistory how long changes and tasks are kept
 * @param mostChanges how many changes are kept for each server
 * @param mostStates how many desired states are kept
 * @param mostStateBytes how large each of them may be
 */
public record InventorySettings(
        Duration pollInterval,
        Duration longestPause,
        Duration keepHistory,
        int mostChanges,
        int mostStates,
        int mostStateBytes) {
    private static final Duration LONGEST = Duration.ofHours(1); // before DEFAULTS, which need it

    public static final InventorySettings DEFAULTS =
            new InventorySettings(
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(2),
                    Duration.ofDays(30),
                    50_000,
                    50,
                    256 << 10);

    public InventorySettings {
        between("poll_interval", pollInterval, Duration.ofSeconds(1), LONGEST);
        between("longest_pause", longestPause, pollInterval, LONGEST);
        Check.positive("keep_history", keepHistory);
        Check.between("max_changes", mostChanges, 100, 1_000_000);
        Check.between("max_states", mostStates, 1, 1_000);
        Check.bytesBetween("max_state_bytes", mostStateBytes, 1, 4 << 20);
    }

    private static void between(String key, Duration value, Duration least, Duration most) {
        Check.that(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                key,
                Units.text(value),
                "it must be from " + Units.text(least) + " to " + Units.text(most));
    }

    static InventorySettings read(Section in) {
        return new InventorySettings(
                in.get("poll_interval", Kind.DURATION, DEFAULTS.pollInterval),
                in.get("longest_pause", Kind.DURATION, DEFAULTS.longestPause),
                in.get("keep_history", Kind.DURATION, DEFAULTS.keepHistory),
                in.get("max_changes", Kind.INT, DEFAULTS.mostChanges),
                in.get("max_states", Kind.INT, DEFAULTS.mostStates),
                in.get("max_state_bytes", Kind.BYTES, DEFAULTS.mostStateBytes));
    }
}
