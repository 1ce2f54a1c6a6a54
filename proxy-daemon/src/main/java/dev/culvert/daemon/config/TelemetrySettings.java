package dev.culvert.daemon.config;

import dev.culvert.settings.Section;

/** The sections about what the daemon records of requests. */
public record TelemetrySettings(
        AccessLogSettings accessLog, MetricSettings metrics, TraceSettings traces) {
    public static final TelemetrySettings DEFAULTS =
            new TelemetrySettings(
                    AccessLogSettings.DEFAULTS, MetricSettings.DEFAULTS, TraceSettings.DEFAULTS);

    /** Reads them from the top level of all settings. */
    static TelemetrySettings read(Section in) {
        return new TelemetrySettings(
                in.section("access_log", AccessLogSettings::read),
                in.section("metrics", MetricSettings::read),
                in.section("traces", TraceSettings::read));
    }
}
