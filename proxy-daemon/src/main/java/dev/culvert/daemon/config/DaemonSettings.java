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
 * @param tools what agents may do with tools
 * @param approvals how many calls may wait for a decision, and how long
 * @param checks how servers are checked from here
 * @param flows where flows are, and how much they may take
 * @param transport how to reach agents of which only the CID is given
 * @param memory how many bytes may wait in the daemon
 * @param reach which ports of agents may be reached
 * @param outside what agents reach outside, through this host
 * @param preview links that show such ports in browsers
 * @param telemetry what it records of requests: the section {@code access_log}
 * @param webhooks who is told what happens
 * @param triggers what starts flows by itself
 * @param ssh with which programs
 * @param proxmox where virtual machines and containers are
 * @param inventory how often these are asked for what they have
 * @param guests how much is changed there at once
 * @param tunnels from this machine to others, over SSH
 * @param agents the agents at the start; no two have the same id or address
 * @param eventLoops threads; 0 is one for each core
 * @param stateDir where all that outlives the daemon is kept; without one it is kept in memory
 * @param database a server that keeps it instead, but for the key of turn ids
 * @param cluster which other hosts there are
 */
public record DaemonSettings(
        HttpSettings http,
        AuthSettings auth,
        AdminSettings admin,
        LimitSettings limits,
        OperationSettings operations,
        ResponseSettings responses,
        ContinuationSettings continuations,
        SseSettings sse,
        TurnSettings turns,
        SubjectSettings subjects,
        ToolSettings tools,
        ApprovalSettings approvals,
        CheckSettings checks,
        FlowSettings flows,
        TransportSettings transport,
        TimeoutSettings timeouts,
        LinkLimits link,
        PoolLimits pool,
        HomeSettings home,
        JoinSettings join,
        ReachSettings reach,
        PreviewSettings preview,
        FleetSettings fleet,
        WorkerSettings workers,
        MemorySettings memory,
        OutsideSettings outside,
        TelemetrySettings telemetry,
        List<WebhookSettings> webhooks,
        List<TriggerSettings> triggers,
        List<ProxmoxSettings> proxmox,
        InventorySettings inventory,
        GuestSettings guests,
        SshSettings ssh,
        List<SshTunnelSettings> tunnels,
        List<AgentSettings> agents,
        int eventLoops,
        Optional<Path> stateDir,
        DatabaseSettings database,
        ClusterSettings cluster,
        LogLevel logLevel) {

    public static final DaemonSettings DEFAULTS =
            new DaemonSettings(
                    HttpSettings.DEFAULTS,
                    AuthSettings.DEFAULTS,
                    AdminSettings.DEFAULTS,
                    LimitSettings.DEFAULTS,
                    OperationSettings.DEFAULTS,
                    ResponseSettings.DEFAULTS,
                    ContinuationSettings.DEFAULTS,
                    SseSettings.DEFAULTS,
                    TurnSettings.DEFAULTS,
                    SubjectSettings.DEFAULTS,
                    ToolSettings.DEFAULTS,
                    ApprovalSettings.DEFAULTS,
                    CheckSettings.DEFAULTS,
                    FlowSettings.DEFAULTS,
                    TransportSettings.DEFAULTS,
                    TimeoutSettings.DEFAULTS,
                    LinkLimits.DEFAULTS,
                    PoolLimits.DEFAULTS,
                    HomeSettings.DEFAULTS,
                    JoinSettings.DEFAULTS,
                    ReachSettings.DEFAULTS,
                    PreviewSettings.DEFAULTS,
                    FleetSettings.DEFAULTS,
                    WorkerSettings.DEFAULTS,
                    MemorySettings.DEFAULTS,
                    OutsideSettings.DEFAULTS,
                    TelemetrySettings.DEFAULTS,
                    List.of(),
                    List.of(),
                    List.of(),
                    InventorySettings.DEFAULTS,
                    GuestSettings.DEFAULTS,
                    SshSettings.DEFAULTS,
                    List.of(),
                    List.of(),
                    0,
                    Optional.empty(),
                    DatabaseSettings.DEFAULTS,
                    ClusterSettings.DEFAULTS,
                    LogLevel.INFO);

    static final Kind<AgentAddress> ADDRESS = Kind.text("an address", AgentAddress::parse);
    static final Kind<AgentAddress> LISTENER = Kind.text("an address", AgentAddress::parseListener);

    public DaemonSettings {
        webhooks = WebhookSettings.checked(webhooks);
        triggers = TriggerSettings.checked(triggers);
        proxmox = ProxmoxSettings.checked(proxmox);
        agents = List.copyOf(agents);
        tunnels = List.copyOf(tunnels);
        SshTunnelSettings.check(tunnels);
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
        ContinuationSettings continuations =
                in.section("continuations", ContinuationSettings::read);
        SseSettings sse = in.section("sse", SseSettings::read);
        TurnSettings turns = in.section("turns", TurnSettings::read);
        SubjectSettings subjects = in.section("subjects", SubjectSettings::read);
        ToolSettings tools = in.section("tools", ToolSettings::read);
        ApprovalSettings approvals = in.section("approvals", ApprovalSettings::read);
        CheckSettings checks = in.section("checks", CheckSettings::read);
        FlowSettings flows = FlowSettings.read(in);
        TransportSettings transport = in.section("transport", TransportSettings::read);
        return new DaemonSettings(
                http,
                auth,
                admin,
                limits,
                operations,
                responses,
                continuations,
                sse,
                turns,
                subjects,
                tools,
                approvals,
                checks,
                flows,
                transport,
                in.section("timeouts", TimeoutSettings::read),
                in.section("link", DaemonSettings::link),
                in.section("pool", DaemonSettings::pool),
                in.section("home", HomeSettings::read),
                in.section("join", JoinSettings::read),
                in.section("reach", ReachSettings::read),
                in.section("preview", PreviewSettings::read),
                in.section("fleet", FleetSettings::read),
                in.section("workers", WorkerSettings::read),
                in.section("memory", MemorySettings::read),
                OutsideSettings.read(in),
                TelemetrySettings.read(in),
                in.sections("webhooks", WebhookSettings::read),
                in.sections("triggers", TriggerSettings::read),
                in.sections("proxmox", ProxmoxSettings::read),
                in.section("inventory", InventorySettings::read),
                in.section("guests", GuestSettings::read),
                in.section("ssh", SshSettings::read),
                in.sections("tunnels", SshTunnelSettings::read),
                in.sections("agents", agent -> AgentSettings.read(agent, transport)),
                in.get("event_loops", Kind.INT, DEFAULTS.eventLoops),
                in.find("state_dir", Kind.PATH),
                in.section("database", DatabaseSettings::read),
                in.section("cluster", ClusterSettings::read),
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
