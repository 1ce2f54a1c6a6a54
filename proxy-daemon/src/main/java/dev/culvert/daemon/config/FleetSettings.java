package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * The section {@code fleet}: how large the fleet may be, and how agents enrol themselves.
 *
 * @param maxAgents from all sources together
 * @param maxConfigBytes of one agent's configuration
 * @param maxTotalConfigBytes of all desired and settled configurations together
 * @param enrol the keys about agents that dial in
 */
public record FleetSettings(
        int maxAgents, int maxConfigBytes, int maxTotalConfigBytes, EnrolSettings enrol) {
    public static final FleetSettings DEFAULTS =
            new FleetSettings(10_000, 1024 * 1024, 64 * 1024 * 1024, EnrolSettings.DEFAULTS);

    public FleetSettings {
        Check.atLeast("max_agents", maxAgents, 1);
        Check.atLeast("max_config_bytes", maxConfigBytes, 64);
        Check.that(
                maxTotalConfigBytes >= maxConfigBytes,
                "max_total_config_bytes",
                Units.text(maxTotalConfigBytes),
                "it must not be less than max_config_bytes, " + Units.text(maxConfigBytes));
    }

    static FleetSettings read(Section in) {
        return new FleetSettings(
                in.get("max_agents", Kind.INT, DEFAULTS.maxAgents),
                in.get("max_config_bytes", Kind.BYTES, DEFAULTS.maxConfigBytes),
                in.get("max_total_config_bytes", Kind.BYTES, DEFAULTS.maxTotalConfigBytes),
                EnrolSettings.read(in));
    }
}
