package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.link.LinkLimits;
import dev.culvert.pool.PoolLimits;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * All settings of the daemon.
 *
 * @param subjects what may be said on subjects
 * @param transport how to reach agents of which only the CID is given
 * @param memory how many bytes may wait in the daemon
 * @param telemetry what it records of requests: the section {@code access_log}
 * @param agents the agents at the start; no two have the same id or address
 * @param eventLoops threads; 0 is one for each core
 * @param stateDir where all that outlives the daemon is kept; without one it is kept in memory
 * @param database a server that keeps it instead, but for the key of turn ids
 */
public record DaemonSettings(
        HttpSettings http,
        AuthSettings auth,
        AdminSettings admin,
        LimitSettings limits,
        OperationSettings operations,
        ResponseSettings responses,
        SseSettings sse,
        TurnSettings turns,
        SubjectSettings subjects,
        TransportSettings transport,
        TimeoutSettings timeouts,
        LinkLimits link,
        PoolLimits pool,
        HomeSettings home,
        JoinSettings join,
        FleetSettings fleet,
        WorkerSettings workers,
        MemorySettings memory,
        TelemetrySettings telemetry,
        List<AgentSettings> agents,
        int eventLoops,
        Optional<Path> stateDir,
        DatabaseSettings database,
        LogLevel logLevel) {

    public static final DaemonSettings DEFAULTS =
            new DaemonSettings(
                    HttpSettings.DEFAULTS,
                    AuthSettings.DEFAULTS,
                    AdminSettings.DEFAULTS,
                    LimitSettings.DEFAULTS,
                    OperationSettings.DEFAULTS,
                    ResponseSettings.DEFAULTS,
                    SseSettings.DEFAULTS,
                    TurnSettings.DEFAULTS,
                    SubjectSettings.DEFAULTS,
                    TransportSettings.DEFAULTS,
                    TimeoutSettings.DEFAULTS,
                    LinkLimits.DEFAULTS,
                    PoolLimits.DEFAULTS,
                    HomeSettings.DEFAULTS,
                    JoinSettings.DEFAULTS,
                    FleetSettings.DEFAULTS,
                    WorkerSettings.DEFAULTS,
                    MemorySettings.DEFAULTS,
                    TelemetrySettings.DEFAULTS,
                    List.of(),
                    0,
                    Optional.empty(),
                    DatabaseSettings.DEFAULTS,
                    LogLevel.INFO);

    static final Kind<AgentAddress> ADDRESS = Kind.text("an address", AgentAddress::parse);
    static final Kind<AgentAddress> LISTENER = Kind.text("an address", AgentAddress::parseListener);

    public DaemonSettings {
        agents = List.copyOf(agents);
        unique(agents, "id", AgentSettings::id);
        unique(agents, "address", AgentSettings::address);
        Check.between("event_loops", eventLoops, 0, 1024);
        checkFleet(fleet, agents);
        join.check(http.tls());
    }

    private static void checkFleet(FleetSettings fleet, List<AgentSettings> agents) {
        Check.that(
                agents.size() <= fleet.maxAgents(),
                "fleet.max_agents",
                fleet.maxAgents(),
                "there are " + agents.size() + " agents");
        long all = 0;
        for (int i = 0; i < agents.size(); i++) {
            long bytes = agents.get(i).configBytes();
            Check.that(
                    bytes <= fleet.maxConfigBytes(),
                    "fleet.max_config_bytes",
                    Units.text(fleet.maxConfigBytes()),
                    "the configuration of agents[" + i + "] has " + bytes + " bytes");
            all += bytes;
        }
        Check.that(
                all <= fleet.maxTotalConfigBytes(),
                "fleet.max_total_config_bytes",
                Units.text(fleet.maxTotalConfigBytes()),
                "the configurations of all agents have " + all + " bytes");
    }

    /** Reads all settings; for {@link dev.culvert.settings.Settings#read}. */
    public static DaemonSettings read(Section in) {
        HttpSettings http = in.section("http", HttpSettings::read);
        AuthSettings auth = in.section("auth", AuthSettings::read);
        AdminSettings admin = in.section("admin", AdminSettings::read);
        LimitSettings limits = in.section("limits", LimitSettings::read);
        OperationSettings operations = in.section("operations", OperationSettings::read);
        ResponseSettings responses = in.section("responses", ResponseSettings::read);
        SseSettings sse = in.section("sse", SseSettings::read);
        TurnSettings turns = in.section("turns", TurnSettings::read);
        SubjectSettings subjects = in.section("subjects", SubjectSettings::read);
        TransportSettings transport = in.section("transport", TransportSettings::read);
        return new DaemonSettings(
                http,
                auth,
                admin,
                limits,
                operations,
                responses,
                sse,
                turns,
                subjects,
                transport,
                in.section("timeouts", TimeoutSettings::read),
                in.section("link", DaemonSettings::link),
                in.section("pool", DaemonSettings::pool),
                in.section("home", HomeSettings::read),
                in.section("join", JoinSettings::read),
                in.section("fleet", FleetSettings::read),
                in.section("workers", WorkerSettings::read),
                in.section("memory", MemorySettings::read),
                TelemetrySettings.read(in),
                in.sections("agents", agent -> AgentSettings.read(agent, transport)),
                in.get("event_loops", Kind.INT, DEFAULTS.eventLoops),
                in.find("state_dir", Kind.PATH),
                in.section("database", DatabaseSettings::read),
                in.get("log_level", Kind.choice(LogLevel.class), DEFAULTS.logLevel));
    }

    /* The protocol fixes the size of a frame, so it is not a setting. */
    private static LinkLimits link(Section in) {
        LinkLimits defaults = LinkLimits.DEFAULTS;
        return new LinkLimits(
                defaults.frames(),
                in.get("max_in_flight", Kind.INT, defaults.maxInFlight()),
                in.get("max_unsent_bytes", Kind.BYTES, defaults.maxUnsentBytes()),
                in.get("dial_timeout", Kind.DURATION, defaults.dialTimeout()),
                in.get("silence_timeout", Kind.DURATION, defaults.silenceTimeout()),
                in.get("max_complaints_per_second", Kind.INT, defaults.maxComplaintsPerSecond()),
                in.get(
                        "max_unasked_bytes_per_second",
                        Kind.BYTES,
                        defaults.maxUnaskedBytesPerSecond()));
    }

    private static PoolLimits pool(Section in) {
        PoolLimits defaults = PoolLimits.DEFAULTS;
        return new PoolLimits(
                in.get("max_waiting", Kind.INT, defaults.maxWaiting()),
                in.get("dial_pause", Kind.DURATION, defaults.dialPause()),
                in.get("idle_timeout", Kind.DURATION, defaults.idleTimeout()));
    }

    private static void unique(
            List<AgentSettings> agents, String what, Function<AgentSettings, Object> property) {
        Map<Object, Integer> first = new HashMap<>();
        for (int index = 0; index < agents.size(); index++) {
            Object value = property.apply(agents.get(index));
            Integer before = first.putIfAbsent(value, index);
            Check.that(
                    before == null,
                    "agents[" + index + "]." + what,
                    value,
                    "agents[" + before + "]." + what + " is the same");
        }
    }
}
