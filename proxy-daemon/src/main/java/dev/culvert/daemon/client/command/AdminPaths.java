package dev.culvert.daemon.client.command;

/** What operators ask, on the admin socket or with a token that has the scope admin. */
final class AdminPaths {
    static final String MACHINE = "/api/v1/admin/machine";
    static final String STATUS = "/api/v1/admin/status";
    static final String SETTINGS = "/api/v1/admin/settings";
    static final String FLEET = "/api/v1/admin/fleet";
    static final String DATABASE = "/api/v1/admin/database";
    static final String RELOAD = "/api/v1/admin/reload";
    static final String DRAIN = "/api/v1/admin/drain";
    static final String LOG_LEVEL = "/api/v1/admin/log-level";
    static final String RUNS = "/api/v1/operations/runs";
    static final String TOKENS = "/api/v1/tokens";

    private AdminPaths() {}
}
