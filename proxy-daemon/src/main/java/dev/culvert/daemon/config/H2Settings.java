package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * The section {@code http.h2}: what a client may do on one connection of HTTP/2.
 *
 * @param maxStreams requests at once; one more is refused
 * @param maxResetsPerSecond streams that the client resets, or that are reset because of what it
 *     sent; beyond this and all that follow, the connection ends
 * @param maxPingsPerSecond PING frames
 * @param maxSettingsPerSecond SETTINGS frames
 * @param maxContinuations small CONTINUATION frames in one header
 * @param maxEmptyData DATA frames one after the other that carry nothing
 */
public record H2Settings(
        int maxStreams,
        int maxResetsPerSecond,
        int maxPingsPerSecond,
        int maxSettingsPerSecond,
        int maxContinuations,
        int maxEmptyData) {

    public static final H2Settings DEFAULTS = new H2Settings(256, 100, 20, 10, 16, 8);

    public H2Settings {
        Check.atLeast("max_streams", maxStreams, 1);
        Check.atLeast("max_resets_per_second", maxResetsPerSecond, 1);
        Check.atLeast("max_pings_per_second", maxPingsPerSecond, 1);
        Check.atLeast("max_settings_per_second", maxSettingsPerSecond, 1);
        Check.atLeast("max_continuations", maxContinuations, 1);
        Check.atLeast("max_empty_data", maxEmptyData, 1);
    }

    static H2Settings read(Section in) {
        return new H2Settings(
                in.get("max_streams", Kind.INT, DEFAULTS.maxStreams),
                in.get("max_resets_per_second", Kind.INT, DEFAULTS.maxResetsPerSecond),
                in.get("max_pings_per_second", Kind.INT, DEFAULTS.maxPingsPerSecond),
                in.get("max_settings_per_second", Kind.INT, DEFAULTS.maxSettingsPerSecond),
                in.get("max_continuations", Kind.INT, DEFAULTS.maxContinuations),
                in.get("max_empty_data", Kind.INT, DEFAULTS.maxEmptyData));
    }
}
