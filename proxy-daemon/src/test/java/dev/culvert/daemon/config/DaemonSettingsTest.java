package dev.culvert.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.frame.FrameLimits;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.DirectMemory;
import dev.culvert.link.LinkLimits;
import dev.culvert.mcp.McpServer;
import dev.culvert.pool.PoolLimits;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.Settings;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.IpNetwork;
import dev.culvert.tunnel.Destination.Reverse;
import dev.culvert.tunnel.PortList;
import dev.culvert.upstream.UpstreamLimits;
import dev.culvert.upstream.UpstreamUrl;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DaemonSettingsTest {

    @Test
    void theDefaultsAreWhatTheDocumentationSays() {
        DaemonSettings it = DaemonSettings.DEFAULTS;
        assertThat(it.http())
                .isEqualTo(
                        new HttpSettings(
                                List.of(new AgentAddress.Tcp("127.0.0.1", 8470)),
                                false,
                                List.of(),
                                new ProxySettings(List.of(), List.of()),
                                1 << 20,
                                FrontBodies.each(32 << 20),
                                16 << 10,
                                128,
                                64 << 10,
                                20_000,
                                seconds(10),
                                seconds(60),
                                1024,
                                new TlsSettings(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        TlsSettings.ClientAuth.NONE,
                                        "1.2",
                                        seconds(10),
                                        1024,
                                        seconds(60),
                                        Duration.ofDays(30)),
                                new H2Settings(256, 100, 20, 10, 16, 8)));
        assertThat(it.auth()).isEqualTo(new AuthSettings(List.of(), List.of()));
        assertThat(it.admin())
                .isEqualTo(
                        new AdminSettings(
                                List.of(new AgentAddress.Unix("/run/culvert/admin.sock")), 64));
        CallerLimits none = CallerLimits.DEFAULTS;
        assertThat(it.limits()).isEqualTo(new LimitSettings(none, none, List.of()));
        assertThat(it.operations())
                .isEqualTo(
                        new OperationSettings(
                                1000, 1 << 20, new OperationSettings.Log(5000, 2 << 20)));
        assertThat(it.responses())
                .isEqualTo(new ResponseSettings(1000, 32 << 20, Duration.ofHours(1)));
        assertThat(it.continuations())
                .isEqualTo(new ContinuationSettings(Duration.ofMinutes(15), 4 << 20, 64 << 20));
        assertThat(it.sse()).isEqualTo(new SseSettings(seconds(15)));
        assertThat(it.turns())
                .isEqualTo(
                        new TurnSettings(
                                16 * 1024 * 1024,
                                64 * 1024,
                                1024 * 1024,
                                Duration.ofMinutes(5),
                                seconds(10),
                                seconds(60),
                                256 * 1024,
                                65_536,
                                4_096));
        assertThat(it.transport())
                .isEqualTo(new TransportSettings(TransportSettings.Way.VSOCK, 1024, 9100));
        assertThat(it.timeouts())
                .isEqualTo(
                        new TimeoutSettings(
                                seconds(60), Duration.ZERO, seconds(5), seconds(3), seconds(30)));
        assertThat(it.link()).isEqualTo(LinkLimits.DEFAULTS);
        assertThat(it.pool()).isEqualTo(PoolLimits.DEFAULTS);
        assertThat(it.home())
                .isEqualTo(
                        new HomeSettings(
                                seconds(10),
                                3,
                                seconds(1),
                                seconds(60),
                                Duration.ofMillis(250),
                                seconds(600),
                                seconds(5),
                                seconds(300)));
        assertThat(it.fleet())
                .isEqualTo(new FleetSettings(10_000, 1 << 20, 64 << 20, EnrolSettings.DEFAULTS));
        assertThat(it.checks())
                .isEqualTo(new CheckSettings(8, 64, seconds(10), List.of(), Optional.empty()));
        assertThat(it.flows()).isEqualTo(FlowSettings.DEFAULTS);
        assertThat(it.workers()).isEqualTo(new WorkerSettings(4, 256));
        assertThat(it.memory()).isEqualTo(new MemorySettings(0, 75, 25, 25, 40));
        assertThat(it.memory().limits())
                .isEqualTo(
                        new AccountLimits(
                                "memory.max_held_bytes", DirectMemory.limitBytes() / 2, 75));
        assertThat(it.telemetry().accessLog())
                .isEqualTo(
                        new AccessLogSettings(
                                false,
                                AccessLogSettings.Format.LOGFMT,
                                "stderr",
                                100,
                                Duration.ZERO,
                                8_192));
        assertThat(it.telemetry().metrics()).isEqualTo(new MetricSettings(false, List.of(), 100));
        assertThat(it.telemetry().traces())
                .isEqualTo(new TraceSettings(Optional.empty(), Map.of(), 100, 2_048, seconds(10)));
        assertThat(it.webhooks()).isEmpty();
        assertThat(it.triggers()).isEmpty();
        assertThat(it.proxmox()).isEmpty();
        assertThat(it.inventory())
                .isEqualTo(
                        new InventorySettings(
                                seconds(10),
                                seconds(120),
                                Duration.ofDays(30),
                                50_000,
                                50,
                                256 << 10));
        assertThat(it.agents()).isEmpty();
        assertThat(it.eventLoops()).isZero();
        assertThat(it.stateDir()).isEmpty();
        assertThat(it.logLevel()).isEqualTo(LogLevel.INFO);
    }

    @Test
    void anEmptyFileMeansTheDefaults() throws Exception {
        assertThat(read("{}")).isEqualTo(DaemonSettings.DEFAULTS);
    }

    @Test
    void everyKeyCanBeSet() throws Exception {
        String file =
                """
                {
                  "http": {
                    "listen": ["tcp://0.0.0.0:0", "unix:///run/http.sock"],
                    "allow_unauthenticated": true,
                    "allowed_origins": ["https://a.example", "http://b.example:8080"],
                    "allowed_hosts": ["culvert.example.org", "*.Inside.example"],
                    "trusted_proxies": ["10.0.0.0/8", "::1", "unix"],
                    "max_body_bytes": 1,
                    "max_chat_body_bytes": 7,
                    "max_responses_body_bytes": 8,
                    "max_messages_body_bytes": 9,
                    "max_mcp_body_bytes": 10,
                    "max_header_bytes": 2,
                    "max_header_lines": 20,
                    "max_uri_bytes": 3,
                    "max_connections": 4,
                    "head_timeout": 5,
                    "idle_timeout": 6,
                    "min_body_bytes_per_second": 0,
                    "tls": {
                      "cert": "/c.pem", "key": "/k.pem", "client_ca": "/ca.pem", "client_auth": "require", "min_version": "1.3",
                      "handshake_timeout": 61, "max_handshakes": 62, "reload_interval": 63, "hsts_max_age": 64
                    },
                    "h2": {
                      "max_streams": 65, "max_resets_per_second": 66, "max_pings_per_second": 67,
                      "max_settings_per_second": 68, "max_continuations": 69, "max_empty_data": 70
                    }
                  },
                  "auth": {
                    "roles": [{"name": "deployer", "scopes": ["agents:read", "agents:write"]}],
                    "unix": [{"uid": 1000, "gid": 100, "tenant": "acme", "scopes": ["metrics:read"], "roles": ["deployer"]}]
                  },
                  "admin": {"listen": ["unix:///run/other.sock"], "max_connections": 5},
                  "limits": {
                    "each_tenant": {"rate": "50/s", "burst": 60, "bytes": "10MiB/s", "turns": 2},
                    "each_token": {"rate": "9/m", "bytes": "64KiB/s", "turns": 3},
                    "tenants": [{"tenant": "t", "rate": "1/h", "burst": 4, "bytes": "1B/s", "turns": 5}]
                  },
                  "operations": {"keep": 8, "keep_bytes": "9KiB", "log": {"keep": 85, "keep_bytes": "86KiB"}},
                  "responses": {"keep": 76, "keep_bytes": "6KiB", "keep_for": 77},
                  "continuations": {"valid_for": 84, "max_bytes": "7KiB", "keep_bytes": "8KiB"},
                  "sse": {"keepalive": 7},
                  "turns": {"max_answer_bytes": "1KiB", "max_unsent_bytes": "2KiB", "initial_credit": "3KiB", "stall_timeout": 71, "resume_grace": 72, "remember": 73, "max_watch_bytes": "5KiB", "max_keys": 74, "max_remembered": 75},
                  "subjects": {"max_data_bytes": 78, "max_subscribers": 79, "max_agent_subscriptions": 179, "max_queued": 80, "max_queued_bytes": 81, "max_waiting": 82, "timeout": 83},
                  "tools": {"tenants": [{"tenant": "t"}], "agents": [{"agent": "a"}]},
                  "approvals": {"max_pending": 84, "max_pending_tenant": 85, "max_pending_agent": 86, "max_kept_agent": 87, "max_kept_bytes": 88, "max_arguments_bytes": 89, "max_wait": 90, "keep": 91},
                  "checks": {"threads": 9, "queue": 10, "timeout": 11, "networks": ["10.0.0.0/8"], "ca_file": "/ca.pem"},
                  "flows_dir": "/flows",
                  "flows": {"env": ["HOME"], "max_runs": 301, "max_steps": 302, "max_each": 303, "each_parallel": 30, "max_file_bytes": 304, "max_output_bytes": 305, "max_journal_bytes": 306, "keep": 307, "keep_cache": 308, "step_timeout": 309, "max_forwards": 310, "shell": {"directory": "/work", "commands": "unconfined"}, "mcp": {"files": {"url": "http://127.0.0.1:3001/mcp"}}},
                  "transport": {"default": "tcp", "vsock_port": 8, "tcp_base_port": 9000},
                  "timeouts": {
                    "message": 10, "message_deadline": 11, "config": 12, "ping": 13, "drain": 0
                  },
                  "link": {"max_in_flight": 14, "max_unsent_bytes": "15KiB", "dial_timeout": 16, "silence_timeout": 160, "max_complaints_per_second": 161, "max_unasked_bytes_per_second": "162KiB"},
                  "pool": {"max_waiting": 17, "dial_pause": 18, "idle_timeout": 19},
                  "home": {
                    "heartbeat_interval": 20, "missed": 21, "backoff_min": 22, "backoff_max": 23, "change_interval": 24,
                    "quiesce_limit": 2400, "quiesce_wait": 25, "drift_after": 2500
                  },
                  "join": {"listen": ["tcp://127.0.0.1:5", "unix:///run/v.sock?port=1025"], "handshake_timeout": 170, "max_handshakes": 171, "max_per_second": 172},
                  "reach": {"ports": [{"agents": "web-*", "tenant": "t", "ports": "22, 3000-3999"}], "services": [{"agents": "db-*", "tenant": "t", "to": ["DB.internal:5432", "[::1]:6379"]}], "max_tunnels": 173, "max_agent_tunnels": 174, "timeout": 175},
                  "preview": {"domain": "p.example", "max": 176},
                  "fleet": {"max_agents": 27, "max_config_bytes": 100, "max_total_config_bytes": 1000,
                    "clones": "fork-as-child", "identity_lifetime": "30d",
                    "join_url": "wss://culvert.example:8443", "max_enrollments": 28},
                  "workers": {"threads": 25, "queue": 26},
                  "memory": {
                    "max_held_bytes": "230KiB", "high_mark": "74%", "agent_share": "25%", "client_share": "100%", "body_share": "41%"
                  },
                  "providers": [
                    {
                      "name": "p", "kind": "anthropic", "url": "https://p.example/x/", "key": {"env": "K"}, "ca": "/ca.pem",
                      "models": ["m-*"], "tenants": ["t"], "hosted_tools": true, "retries": 3, "connect_timeout": 180, "idle_timeout": 181
                    }
                  ],
                  "budgets": {
                    "each_agent": {"tokens_per_hour": 182, "tokens_per_day": 183, "requests_per_hour": 184, "requests_per_day": 185},
                    "each_tenant": {"tokens_per_day": 186},
                    "agents": [{"agent": "a", "tokens_per_hour": 187}],
                    "tenants": [{"tenant": "t", "requests_per_hour": 188}],
                    "reserve_tokens": 189
                  },
                  "egress": [{"agents": "a*", "tenant": "t", "hosts": ["*.Example.org", "10.0.0.0/8"], "ports": "80,443"}],
                  "access_log": {"enabled": true, "format": "json", "to": "/var/log/c", "sample": "28%", "slow": 29, "queue": 30},
                  "metrics": {"gen_ai": true, "labels": ["agent"], "max_label_values": 31},
                  "traces": {"endpoint": "http://127.0.0.1:4318/v1/traces", "headers": {"a": {"env": "B"}}, "sample": "32%", "queue": 33, "timeout": 34},
                  "webhooks": [{"name": "pager", "url": "https://hooks.example/a?b=c", "secret": {"file": "/s"}, "events": ["agent.offline", "flow.ended"], "tenant": "t", "ca": "/ca.pem", "timeout": 200, "max_age": 201, "max_attempts": 202, "max_waiting": 203}],
                  "triggers": [{"name": "nightly", "flow": "report", "tenant": "t", "scopes": ["agents:read"], "schedule": "every 5m", "inputs": {"deep": true}, "input": "event", "overlaps": true}],
                  "proxmox": [{"name": "lab", "url": "https://pve.example", "other_urls": ["https://pve2.example:8007"], "token_id": "c@pve!d", "token_secret": {"file": "/s"}, "fingerprints": ["ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab"], "timeout": 210, "max_answer_bytes": 70000}],
                  "inventory": {"poll_interval": 211, "longest_pause": 212, "keep_history": 213, "max_changes": 214, "max_states": 217, "max_state_bytes": 218},
                  "guests": {"threads": 3, "queue": 215, "max_tasks": 216},
                  "ssh": {"programs": "/opt/ssh"},
                  "tunnels": [{
                    "name": "db", "kind": "dynamic", "host": "far.example", "port": 2222, "user": "me", "key": "build",
                    "agent": true, "jump": "j@hop:22", "ssh_config": "/etc/ssh_config",
                    "host_key": "SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "keepalive": "35s", "listen": "unix:///run/db.sock",
                    "probe": "socks", "probe_to": "db:5432", "wait": "36s", "start": false
                  }],
                  "agents": [
                    {"id": "a", "cid": 3},
                    {
                      "id": "b", "tenant": "t", "address": "unix:///vm?port=5",
                      "config": {"model": "m"}, "tool_allowlist": ["search_*"]
                    }
                  ],
                  "event_loops": 24,
                  "state_dir": "/var/lib/culvert",
                  "database": {
                    "url": "jdbc:postgresql://db:1/c", "user": "u", "password": {"env": "P"}, "driver": "/d.jar"
                  },
                  "cluster": {
                    "servers": ["nats://n:4222", "tls://n2:4222"], "name": "h", "url": "https://h:1", "user": "cu",
                    "password": {"env": "CP"}, "credentials": "/nats.creds", "ca": "/nats.pem", "prefix": "two", "heartbeat": "7s",
                    "replicas": 3, "max_hosts": 215, "ready_wait": "216s"
                  },
                  "log_level": "debug"
                }
                """;
        AgentSettings first =
                new AgentSettings(
                        "a",
                        "default",
                        new AgentAddress.Tcp("127.0.0.1", 9003),
                        Optional.empty(),
                        List.of());
        AgentSettings second =
                new AgentSettings(
                        "b",
                        "t",
                        new AgentAddress.HybridUnix("/vm", 5),
                        Optional.of("{\"model\": \"m\"}"),
                        List.of("search_*"));
        SshTunnelSettings tunnel =
                new SshTunnelSettings(
                        "db",
                        SshTunnelSettings.Direction.DYNAMIC,
                        new SshTunnelSettings.Server(
                                "far.example",
                                2222,
                                Optional.of("me"),
                                Optional.of("build"),
                                true,
                                Optional.of("j@hop:22"),
                                Optional.of(Path.of("/etc/ssh_config")),
                                Optional.of("SHA256:" + "a".repeat(43)),
                                seconds(35)),
                        new AgentAddress.Unix("/run/db.sock"),
                        Optional.empty(),
                        SshTunnelSettings.Probing.SOCKS,
                        Optional.of(new AgentAddress.Tcp("db", 5432)),
                        seconds(36),
                        false);
        assertThat(read(file))
                .isEqualTo(
                        new DaemonSettings(
                                new HttpSettings(
                                        List.of(
                                                new AgentAddress.Tcp("0.0.0.0", 0),
                                                new AgentAddress.Unix("/run/http.sock")),
                                        true,
                                        List.of("https://a.example", "http://b.example:8080"),
                                        new ProxySettings(
                                                List.of("culvert.example.org", "*.inside.example"),
                                                List.of(
                                                        new TrustedProxy.Network(
                                                                IpNetwork.parse("10.0.0.0/8")),
                                                        new TrustedProxy.Network(
                                                                IpNetwork.parse("::1")),
                                                        new TrustedProxy.LocalSocket())),
                                        1,
                                        new FrontBodies(7, 8, 9, 10),
                                        2,
                                        20,
                                        3,
                                        4,
                                        seconds(5),
                                        seconds(6),
                                        0,
                                        new TlsSettings(
                                                Optional.of(Path.of("/c.pem")),
                                                Optional.of(Path.of("/k.pem")),
                                                Optional.of(Path.of("/ca.pem")),
                                                TlsSettings.ClientAuth.REQUIRE,
                                                "1.3",
                                                seconds(61),
                                                62,
                                                seconds(63),
                                                seconds(64)),
                                        new H2Settings(65, 66, 67, 68, 69, 70)),
                                new AuthSettings(
                                        List.of(
                                                new Role(
                                                        "deployer",
                                                        Set.of(
                                                                Scope.AGENTS_READ,
                                                                Scope.AGENTS_WRITE))),
                                        List.of(
                                                new UnixUser(
                                                        Optional.of(1000L),
                                                        Optional.of(100L),
                                                        Optional.of("acme"),
                                                        Set.of(Scope.METRICS_READ),
                                                        List.of("deployer")))),
                                new AdminSettings(
                                        List.of(new AgentAddress.Unix("/run/other.sock")), 5),
                                new LimitSettings(
                                        new CallerLimits(
                                                Optional.of(new Rate(50, seconds(1))),
                                                60,
                                                Optional.of(new ByteRate(10 << 20)),
                                                2),
                                        new CallerLimits(
                                                Optional.of(new Rate(9, Duration.ofMinutes(1))),
                                                0,
                                                Optional.of(new ByteRate(64 << 10)),
                                                3),
                                        List.of(
                                                new LimitSettings.TenantLimits(
                                                        "t",
                                                        new CallerLimits(
                                                                Optional.of(
                                                                        new Rate(
                                                                                1,
                                                                                Duration.ofHours(
                                                                                        1))),
                                                                4,
                                                                Optional.of(new ByteRate(1)),
                                                                5)))),
                                new OperationSettings(
                                        8, 9 << 10, new OperationSettings.Log(85, 86 << 10)),
                                new ResponseSettings(76, 6 << 10, seconds(77)),
                                new ContinuationSettings(seconds(84), 7 << 10, 8 << 10),
                                new SseSettings(seconds(7)),
                                new TurnSettings(
                                        1 << 10,
                                        3 << 10,
                                        2 << 10,
                                        seconds(71),
                                        seconds(72),
                                        seconds(73),
                                        5 << 10,
                                        74,
                                        75),
                                new SubjectSettings(78, 79, 179, 80, 81, 82, seconds(83)),
                                new ToolSettings(
                                        Optional.empty(),
                                        List.of(
                                                new ToolSettings.TenantPolicy(
                                                        "t", Optional.empty())),
                                        List.of(
                                                new ToolSettings.AgentPolicy(
                                                        "a", Optional.empty()))),
                                new ApprovalSettings(
                                        84, 85, 86, 87, 88, 89, seconds(90), seconds(91)),
                                new CheckSettings(
                                        9,
                                        10,
                                        seconds(11),
                                        List.of(IpNetwork.parse("10.0.0.0/8")),
                                        Optional.of(Path.of("/ca.pem"))),
                                new FlowSettings(
                                        Optional.of(Path.of("/flows")),
                                        List.of("HOME"),
                                        301,
                                        302,
                                        303,
                                        30,
                                        304,
                                        305,
                                        306,
                                        307,
                                        308,
                                        seconds(309),
                                        310,
                                        new ShellSettings(
                                                Optional.empty(),
                                                Optional.of(Path.of("/work")),
                                                ShellSettings.Confining.UNCONFINED),
                                        new McpSettings(
                                                List.of(
                                                        new McpServer(
                                                                "files",
                                                                new McpServer.Address(
                                                                        URI.create(
                                                                                "http://127.0.0.1:3001/mcp")))),
                                                "{\"files\": {\"url\":"
                                                        + " \"http://127.0.0.1:3001/mcp\"}}")),
                                new TransportSettings(TransportSettings.Way.TCP, 8, 9000),
                                new TimeoutSettings(
                                        seconds(10),
                                        seconds(11),
                                        seconds(12),
                                        seconds(13),
                                        Duration.ZERO),
                                new LinkLimits(
                                        FrameLimits.DEFAULTS,
                                        14,
                                        15 << 10,
                                        seconds(16),
                                        seconds(160),
                                        161,
                                        162 << 10),
                                new PoolLimits(17, seconds(18), seconds(19)),
                                new HomeSettings(
                                        seconds(20),
                                        21,
                                        seconds(22),
                                        seconds(23),
                                        seconds(24),
                                        seconds(2400),
                                        seconds(25),
                                        seconds(2500)),
                                new JoinSettings(
                                        List.of(
                                                AgentAddress.parse("tcp://127.0.0.1:5"),
                                                AgentAddress.parse("unix:///run/v.sock_1025")),
                                        seconds(170),
                                        171,
                                        172),
                                new ReachSettings(
                                        List.of(
                                                new ReachSettings.PortRule(
                                                        "web-*",
                                                        Optional.of("t"),
                                                        PortList.parse("22,3000-3999"))),
                                        List.of(
                                                new ReachSettings.ServiceRule(
                                                        "db-*",
                                                        Optional.of("t"),
                                                        List.of(
                                                                new Reverse("db.internal", 5432),
                                                                new Reverse("::1", 6379)))),
                                        173,
                                        174,
                                        seconds(175)),
                                new PreviewSettings("p.example", 176),
                                new FleetSettings(
                                        27,
                                        100,
                                        1000,
                                        new EnrolSettings(
                                                ClonePolicy.FORK_AS_CHILD,
                                                Optional.of(Duration.ofDays(30)),
                                                Optional.of("wss://culvert.example:8443"),
                                                28)),
                                new WorkerSettings(25, 26),
                                new MemorySettings(230 << 10, 74, 25, 100, 41),
                                outside(),
                                new TelemetrySettings(
                                        new AccessLogSettings(
                                                true,
                                                AccessLogSettings.Format.JSON,
                                                "/var/log/c",
                                                28,
                                                seconds(29),
                                                30),
                                        new MetricSettings(true, List.of("agent"), 31),
                                        new TraceSettings(
                                                Optional.of(
                                                        URI.create(
                                                                "http://127.0.0.1:4318/v1/traces")),
                                                Map.of("a", new SecretSource.FromVariable("B")),
                                                32,
                                                33,
                                                seconds(34))),
                                List.of(
                                        new WebhookSettings(
                                                "pager",
                                                URI.create("https://hooks.example/a?b=c"),
                                                new SecretSource.FromFile(Path.of("/s")),
                                                Set.of(
                                                        WebhookEvent.AGENT_OFFLINE,
                                                        WebhookEvent.FLOW_ENDED),
                                                Optional.of("t"),
                                                Optional.of(Path.of("/ca.pem")),
                                                seconds(200),
                                                seconds(201),
                                                202,
                                                203)),
                                List.of(
                                        new TriggerSettings(
                                                "nightly",
                                                "report",
                                                "t",
                                                Set.of(Scope.AGENTS_READ),
                                                new TriggerSettings.Cause.At(
                                                        Schedule.parse("every 5m")),
                                                "{\"deep\": true}",
                                                Optional.of("event"),
                                                true)),
                                List.of(
                                        new ProxmoxSettings(
                                                "lab",
                                                URI.create("https://pve.example:8006"),
                                                List.of(URI.create("https://pve2.example:8007")),
                                                "c@pve!d",
                                                new SecretSource.FromFile(Path.of("/s")),
                                                Set.of("AB" + ":AB".repeat(31)),
                                                Optional.empty(),
                                                seconds(210),
                                                70_000)),
                                new InventorySettings(
                                        seconds(211), seconds(212), seconds(213), 214, 217, 218),
                                new GuestSettings(3, 215, 216),
                                new SshSettings(Optional.of(Path.of("/opt/ssh"))),
                                List.of(tunnel),
                                List.of(first, second),
                                24,
                                Optional.of(Path.of("/var/lib/culvert")),
                                new DatabaseSettings(
                                        Optional.of("jdbc:postgresql://db:1/c"),
                                        Optional.of("u"),
                                        Optional.of(new SecretSource.FromVariable("P")),
                                        Optional.of(Path.of("/d.jar"))),
                                new ClusterSettings(
                                        List.of("nats://n:4222", "tls://n2:4222"),
                                        Optional.of("h"),
                                        Optional.of("https://h:1"),
                                        new ClusterSettings.Login(
                                                Optional.of("cu"),
                                                Optional.of(new SecretSource.FromVariable("CP")),
                                                Optional.of(Path.of("/nats.creds")),
                                                Optional.of(Path.of("/nats.pem"))),
                                        "two",
                                        seconds(7),
                                        3,
                                        215,
                                        seconds(216)),
                                LogLevel.DEBUG));
    }

    private static OutsideSettings outside() {
        return new OutsideSettings(
                List.of(
                        new ProviderSettings(
                                "p",
                                ProviderKind.ANTHROPIC,
                                UpstreamUrl.parse("https://p.example/x"),
                                Optional.of(new SecretSource.FromVariable("K")),
                                Optional.of(Path.of("/ca.pem")),
                                List.of("m-*"),
                                List.of("t"),
                                true,
                                3,
                                new UpstreamLimits(seconds(180), seconds(181)))),
                new BudgetSettings(
                        limits(182, 183, 184, 185),
                        limits(0, 186, 0, 0),
                        List.of(new BudgetSettings.Named("a", limits(187, 0, 0, 0))),
                        List.of(new BudgetSettings.Named("t", limits(0, 0, 188, 0))),
                        189),
                List.of(
                        new EgressRule(
                                "a*",
                                Optional.of("t"),
                                List.of("*.example.org", "10.0.0.0/8"),
                                PortList.parse("80,443"))));
    }

    /** 0 is no limit. */
    private static BudgetLimits limits(long hour, long day, long requests, long requestsADay) {
        return new BudgetLimits(limit(hour), limit(day), limit(requests), limit(requestsADay));
    }

    private static OptionalLong limit(long value) {
        return value == 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatCannotBe(String text, String problem) {
        assertThat(problems(text)).containsExactly("f:1:" + problem);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(
                        "{'egress': [{'hosts': ['10.0.0.1/8'], 'ports': '80'}]}",
                        "24: egress[0].hosts[0]: 10.0.0.1/8 has bits after the first 8: write"
                                + " 10.0.0.0/8"),
                Arguments.of(
                        "{'tunnels': [{'name': 't', 'host': '-oProxyCommand=x', 'to': 'a:1'}]}",
                        "28: tunnels[0].host is \"-oProxyCommand=x\": it must be a name or an"
                                + " address"),
                Arguments.of(
                        "{'tunnels': [{'name': 't', 'host': 'h', 'kind': 'dynamic', 'to': 'a:1'}]}",
                        "60: tunnels[0].to is tcp://a:1: the callers of a dynamic tunnel say"
                                + " where"),
                Arguments.of(
                        "{'tunnels': [{'name': 't', 'host': 'h', 'to': 'a:1', 'probe': 'socks'}]}",
                        "54: tunnels[0].probe is socks: only a dynamic tunnel takes socks"),
                Arguments.of(
                        "{'tunnels': [{'name': 't', 'host': 'h', 'to': 'a:1', 'kind': 'remote'}]}",
                        "14: tunnels[0]: listen is tcp://127.0.0.1:0: the port of the server has to"
                                + " be known: give one other than 0"),
                Arguments.of(
                        "{'providers': [{'name': 'p', 'kind': 'openai'}]}",
                        "16: providers[0]: url is missing: say where the provider is, such as"
                                + " https://api.openai.com/v1 or https://api.anthropic.com"),
                Arguments.of(
                        "{'providers': [{'name': 'p', 'kind': 'openai', 'url': 'ftp://x'}]}",
                        "48: providers[0].url: it takes a URL such as https://api.example.org/v1"),
                Arguments.of(
                        "{'budgets': {'agents': [{'agent': 'a'}, {'agent': 'a'}]}}",
                        "42: budgets.agents[1].agent is \"a\": there is a budget of that agent"
                                + " already"),
                Arguments.of(
                        "{'access_log': {'to': 'access.log'}}",
                        "17: access_log.to is \"access.log\": it must be \"stderr\" or the absolute"
                                + " path of a file"),
                Arguments.of(
                        "{'fleet': {'max_config_bytes': '65MiB'}}",
                        "2: fleet: max_total_config_bytes is 64MiB: it must not be less than"
                                + " max_config_bytes, 65MiB"),
                Arguments.of(
                        "{'fleet': {'max_agents': 1}, 'agents': [{'id': 'a', 'cid': 3}, {'id': 'b',"
                                + " 'cid': 4}]}",
                        "12: fleet.max_agents is 1: there are 2 agents"),
                Arguments.of(
                        "{'http': {'listen': []}}",
                        "11: http.listen is empty: no client could reach the daemon"),
                Arguments.of(
                        "{'http': {'listen': ['vsock://any:80']}}",
                        "22: http.listen[0] is vsock://any:80: clients can only connect to"
                                + " tls://HOST:PORT, tcp://HOST:PORT, HOST:PORT or unix:///PATH"),
                Arguments.of(
                        "{'http': {'allowed_origins': ['https://a.example/']}}",
                        "31: http.allowed_origins[0] is \"https://a.example/\": an origin is"
                                + " http://HOST or https://HOST, optionally with :PORT, and nothing"
                                + " more"),
                Arguments.of(
                        "{'http': {'allowed_hosts': ['a.example', 'https://b.example']}}",
                        "42: http.allowed_hosts[1] is \"https://b.example\": it takes a host name"
                                + " without scheme and port, such as \"culvert.example.org\", or"
                                + " \"*.example.org\" for every name below example.org"),
                Arguments.of(
                        "{'http': {'trusted_proxies': ['10.0.0.1/8']}}",
                        "31: http.trusted_proxies[0]: 10.0.0.1/8 has bits after the first 8: write"
                                + " 10.0.0.0/8"),
                Arguments.of(
                        "{'http': {'trusted_proxies': ['proxy.example']}}",
                        "31: http.trusted_proxies[0]: \"proxy.example\" is no network: it takes"
                                + " ADDRESS or ADDRESS/BITS"),
                Arguments.of(
                        "{'limits': {'each_token': {'rate': '50'}}}",
                        "28: limits.each_token.rate: it takes a rate such as 50/s, 600/m or"
                                + " 10000/h"),
                Arguments.of(
                        "{'limits': {'each_token': {'bytes': '10MiB'}}}",
                        "28: limits.each_token.bytes: it takes a number of bytes a second such as"
                                + " 10MiB/s or 64KiB/s"),
                Arguments.of(
                        "{'limits': {'each_token': {'burst': 5}}}",
                        "28: limits.each_token.burst is 5: it is part of a rate, and there is"
                                + " none"),
                Arguments.of(
                        "{'http': {'max_body_bytes': '257MiB'}}",
                        "11: http.max_body_bytes is 257MiB: it must be from 1 to 256MiB"),
                Arguments.of(
                        "{'http': {'max_chat_body_bytes': 0}}",
                        "11: http.max_chat_body_bytes is 0: it must be from 1 to 256MiB"),
                Arguments.of(
                        "{'http': {'max_mcp_body_bytes': '257MiB'}}",
                        "11: http.max_mcp_body_bytes is 257MiB: it must be from 1 to 256MiB"),
                Arguments.of(
                        "{'http': {'head_timeout': 0}}",
                        "11: http.head_timeout is 0s: it must be more than nothing"),
                Arguments.of(
                        "{'auth': {'roles': [{'name': 'admin', 'scopes': ['admin']}]}}",
                        "22: auth.roles[0].name is \"admin\": there is a role of that name"
                                + " already"),
                Arguments.of(
                        "{'auth': {'roles': [{'name': 'a', 'scopes': ['agents']}]}}",
                        "46: auth.roles[0].scopes[0] is \"agents\": it must be one of agents:read,"
                                + " agents:write, approvals, reach, flows, inventory, guests, metrics:read, admin"),
                Arguments.of(
                        "{'auth': {'unix': [{'uid': 1, 'roles': ['boss']}]}}",
                        "41: auth.unix[0].roles[0] is \"boss\": there is no such role: the roles"
                                + " are viewer, operator, approver, admin"),
                Arguments.of(
                        "{'auth': {'unix': [{'uid': 1, 'roles': ['veiwer']}]}}",
                        "41: auth.unix[0].roles[0] is \"veiwer\": there is no such role: the roles"
                                + " are viewer, operator, approver, admin; did you mean viewer?"),
                Arguments.of(
                        "{'auth': {'unix': [{'uid': 1, 'scopes': ['agents:reed']}]}}",
                        "42: auth.unix[0].scopes[0] is \"agents:reed\": it must be one of"
                                + " agents:read, agents:write, approvals, reach, flows, inventory, guests, metrics:read,"
                                + " admin; did you mean agents:read?"),
                Arguments.of(
                        "{'auth': {'unix': [{'roles': ['viewer']}]}}",
                        "20: auth.unix[0]: neither uid nor gid is set: give the number of a user"
                                + " or of a group"),
                Arguments.of(
                        "{'auth': {'unix': [{'uid': 65534, 'roles': ['viewer']}]}}",
                        "21: auth.unix[0].uid is 65534: the kernel shows everybody so whom it"
                                + " cannot name, so this could be anyone"),
                Arguments.of(
                        "{'sse': {'keepalive': 0}}",
                        "10: sse.keepalive is 0s: it must be more than nothing"),
                Arguments.of(
                        "{'timeouts': {'message': 0}}",
                        "15: timeouts.message is 0s: it must be more than nothing"),
                Arguments.of(
                        "{'transport': {'default': 'pigeon'}}",
                        "16: transport.default is \"pigeon\": it must be one of vsock, tcp"),
                Arguments.of(
                        "{'transport': {'tcp_base_port': 65533}}",
                        "16: transport.tcp_base_port is 65533: it must be from 0 to 65532"),
                Arguments.of(
                        "{'link': {'max_in_flight': 0}}",
                        "11: link.max_in_flight is 0: it must be at least 1"),
                Arguments.of(
                        "{'pool': {'max_waiting': 0}}",
                        "11: pool.max_waiting is 0: it must be at least 1"),
                Arguments.of(
                        "{'home': {'missed': 0}}", "11: home.missed is 0: it must be at least 1"),
                Arguments.of(
                        "{'home': {'quiesce_limit': '25h'}}",
                        "11: home.quiesce_limit is 25h: it must be from 1s to 24h"),
                Arguments.of(
                        "{'home': {'quiesce_wait': '11m'}}",
                        "11: home.quiesce_wait is 11m: it must be from 0s to 10m"),
                Arguments.of(
                        "{'home': {'backoff_max': '500ms'}}",
                        "11: home.backoff_max is 500ms: it must not be less than backoff_min, 1s"),
                Arguments.of(
                        "{'memory': {'max_held_bytes': '2047MiB'}}",
                        "13: memory.max_held_bytes is 2146435072: this JVM has %d bytes for network buffers, and a quarter of them must stay free; -Dio.netty.maxDirectMemory, with a larger -XX:MaxDirectMemorySize, gives it more"
                                .formatted(DirectMemory.limitBytes())),
                Arguments.of(
                        "{'memory': {'high_mark': 75}}",
                        "13: memory.high_mark is 75: it must be a percentage such as \"75%\""),
                Arguments.of(
                        "{'memory': {'agent_share': '0%'}}",
                        "13: memory.agent_share is 0: it must be from 1 to 100"),
                Arguments.of(
                        "{'memory': {'body_share': '101%'}}",
                        "13: memory.body_share is 101: it must be from 1 to 100"),
                Arguments.of(
                        "{'memory': {'high_mark': '40%'}}",
                        "2: memory: body_share is 40%: it must be less than high_mark, 40%, or"
                                + " incomplete requests would keep all others out"),
                Arguments.of(
                        "{'memory': {'max_held_bytes': '5000GiB'}}",
                        "13: memory.max_held_bytes is 5368709120000: this JVM has %d bytes for network buffers, and a quarter of them must stay free; -Dio.netty.maxDirectMemory, with a larger -XX:MaxDirectMemorySize, gives it more"
                                .formatted(DirectMemory.limitBytes())),
                Arguments.of(
                        "{'proxmox': [{'name': 'a', 'token_id': 'c@pve!d', 'token_secret': {'env':"
                                + " 'S'}}]}",
                        "14: proxmox[0]: url is missing: say where a node of Proxmox is, such as"
                                + " https://pve.example:8006"),
                Arguments.of(
                        "{'proxmox': [{'name': 'a', 'url': 'http://h', 'token_id': 'c@pve!d',"
                                + " 'token_secret': {'env': 'S'}}]}",
                        "28: proxmox[0].url is \"http://h\": it must be https://HOST:8006, without"
                                + " a path, a user or a password"),
                Arguments.of(
                        "{'proxmox': [{'name': 'a', 'url': 'https://h', 'token_id': 'root',"
                                + " 'token_secret': {'env': 'S'}}]}",
                        "48: proxmox[0].token_id is \"root\": it must be the id of an API token,"
                                + " USER@REALM!NAME, such as culvert@pve!daemon"),
                Arguments.of(
                        "{'inventory': {'poll_interval': '0s'}}",
                        "16: inventory.poll_interval is 0s: it must be from 1s to 1h"),
                Arguments.of(
                        "{'webhooks': [{'name': 'a', 'secret': {'env': 'S'}}]}",
                        "15: webhooks[0]: url is missing: it must be https://HOST/PATH or"
                                + " http://HOST:PORT/PATH, without a user, a password or a fragment"),
                Arguments.of(
                        "{'webhooks': [{'name': 'a', 'url': 'https://u:p@h/', 'secret': {'env':"
                                + " 'S'}}]}",
                        "29: webhooks[0].url is what it is: it must be https://HOST/PATH or"
                                + " http://HOST:PORT/PATH, without a user, a password or a fragment"),
                Arguments.of(
                        "{'webhooks': [{'name': 'a', 'url': 'https://h/'}]}",
                        "15: webhooks[0]: secret is missing: say where the secret is, such as"
                                + " {\"file\": \"/etc/culvert/hook.secret\"}"),
                Arguments.of(
                        "{'triggers': [{'name': 'a', 'flow': 'f'}]}",
                        "15: triggers[0]: 0 of schedule, subject and secret are set: a trigger has"
                                + " exactly one of the three"),
                Arguments.of(
                        "{'triggers': [{'name': 'a', 'flow': 'f', 'schedule': '* * *'}]}",
                        "42: triggers[0].schedule: '* * *' has 3 fields: take cron's five fields in"
                                + " UTC, such as \"*/10 8-18 * * mon-fri\", or \"every 5m\" with at"
                                + " least 10s"),
                Arguments.of(
                        "{'event_loops': -1}", "2: event_loops is -1: it must be from 0 to 1024"),
                Arguments.of(
                        "{'agents': [{'id': 'a b', 'cid': 3}]}",
                        "14: agents[0].id is \"a b\": it must be 1 to 64 of A-Z, a-z, 0-9, dot,"
                                + " underscore and hyphen"),
                Arguments.of(
                        "{'agents': [{'id': 'a', 'tenant': '', 'cid': 3}]}",
                        "25: agents[0].tenant is \"\": it must be 1 to 64 of A-Z, a-z, 0-9, dot,"
                                + " underscore and hyphen"),
                Arguments.of(
                        "{'agents': [{'id': 'connect', 'cid': 3}]}",
                        "14: agents[0].id is \"connect\": it can be any other name; agents dial in"
                                + " at /api/v1/agents/connect"),
                Arguments.of(
                        "{'agents': [{'id': 'a'}]}",
                        "13: agents[0]: neither cid nor address is set: an agent has exactly one of"
                                + " the two"),
                Arguments.of(
                        "{'agents': [{'id': 'a', 'cid': 3, 'address': 'tcp://h:1'}]}",
                        "25: agents[0].cid and address are both set: an agent has exactly one of"
                                + " the two"),
                Arguments.of(
                        "{'agents': [{'id': 'a', 'cid': 2}]}",
                        "25: agents[0].cid is 2: it must be from 3 to 4294967294"),
                Arguments.of(
                        "{'agents': [{'id': 'a', 'cid': 4294967295}]}",
                        "25: agents[0].cid is 4294967295: it must be from 3 to 4294967294"),
                Arguments.of(
                        "{'transport': {'default': 'tcp'}, 'agents': [{'id': 'a', 'cid': 60000}]}",
                        "58: agents[0].cid is 60000: it must be from 3 to 56435"),
                Arguments.of(
                        "{'agents': [{'id': 'a', 'address': 'vsock://any:1'}]}",
                        "25: agents[0].address is vsock://any:1: it can only be listened on"),
                Arguments.of(
                        "{'agents': [{'id': 'a', 'address': 'incoming:b'}]}",
                        "25: agents[0].address is incoming:b: an agent that dials in has its own id"
                                + " there: incoming:a"),
                Arguments.of(
                        "{'agents': [{'id': 'a', 'address': 'vsock://3:0'}]}",
                        "25: agents[0].address is vsock://3:0: it can only be listened on"),
                Arguments.of(
                        "{'agents': [{'id': 'a', 'address': 'tcp://h:0'}]}",
                        "25: agents[0].address is tcp://h:0: it can only be listened on"),
                Arguments.of(
                        "{'agents': [{'id': 'a', 'cid': 3, 'tool_allowlist': ['']}]}",
                        "54: agents[0].tool_allowlist[0] is \"\": it must be the name of a tool, or"
                                + " a glob"));
    }

    @Test
    void anAddressThatCannotBeReadIsToldOnceAndInFull() {
        assertThat(problems("{'agents': [{'id': 'a', 'address': '127.0.0.1'}]}"))
                .containsExactly(
                        "f:1:25: agents[0].address: \"127.0.0.1\" is not the address of an agent:"
                                + " it is not HOST:PORT and does not start with vsock://, unix:// or"
                                + " tcp://; it takes vsock://CID:PORT, unix:///PATH?port=PORT,"
                                + " unix:///PATH, tcp://HOST:PORT, HOST:PORT, :PORT, or incoming:ID for"
                                + " an agent that dials in");
    }

    @Test
    void everyMistakeIsToldAtOnce() {
        String file =
                """
                {'http': {
                  'listen': ['here', 'tcp://0.0.0.0:1', 'tcp://127.0.0.1:2', 'vsock://3:3'],
                  'allowed_origins': ['a', 'https://b', 'c/']
                },
                'agents': [
                  {'id': 'a b', 'cid': 1, 'tenant': '', 'tool_allowlist': ['x', '', ' ']},
                  {'id': 'c d', 'address': 'tcp://h:0'},
                  {'id': 'e f'}
                ]}
                """;
        assertThat(
                        problems(file).stream()
                                .map(it -> it.replaceAll("^([^ ]*) ([^ ]*?):? .*", "$1 $2")))
                .containsExactly(
                        "f:2:14: http.listen[0]",
                        "f:2:62: http.listen[3]",
                        "f:3:23: http.allowed_origins[0]",
                        "f:3:41: http.allowed_origins[2]",
                        "f:6:4: agents[0].id",
                        "f:6:17: agents[0].cid",
                        "f:6:27: agents[0].tenant",
                        "f:6:65: agents[0].tool_allowlist[1]",
                        "f:6:69: agents[0].tool_allowlist[2]",
                        "f:7:4: agents[1].id",
                        "f:7:17: agents[1].address",
                        "f:8:3: agents[2]",
                        "f:8:4: agents[2].id");
    }

    @Test
    void aValueThatWasRefusedIsNotBlamedOnItsNeighbours() {
        assertThat(problems("{'http': {'listen': ['here']}}")).hasSize(1);
        assertThat(problems("{'home': {'backoff_min': 'soon', 'backoff_max': '500ms'}}"))
                .singleElement()
                .asString()
                .startsWith("f:1:11: home.backoff_min is \"soon\": ");
    }

    @Test
    void agentsThatShareAnIdOrAnAddressAreToldWithBothPlaces() {
        String file =
                """
                {'agents': [
                  {'id': 'bad id', 'cid': 3},
                  {'id': 'a', 'cid': 4},
                  {'id': 'a', 'cid': 5},
                  {'id': 'b', 'address': 'vsock://4:1024'},
                  {'id': 'c', 'cid': 4}
                ]}
                """;
        assertThat(problems(file).stream().skip(1))
                .containsExactly(
                        "f:4:4: agents[2].id is a: agents[1].id (f:3:4) is the same",
                        "f:5:15: agents[3].address is vsock://4:1024: agents[1] (f:3:3) is the"
                                + " same",
                        "f:6:3: agents[4] is vsock://4:1024: agents[1] (f:3:3) is the same");
    }

    @Test
    void aValueThatLooksLikeThePlaceOfAnotherIsLeftAsItIs() {
        String twice = "{'id': 'a', 'address': 'unix:///agents[99]'}";
        assertThat(problems("{'agents': [" + twice + "," + twice.replace("'a'", "'b'") + "]}"))
                .containsExactly(
                        "f:1:70: agents[1].address is unix:///agents[99]: agents[0].address"
                                + " (f:1:25) is the same");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://127.0.0.1:80",
                "tcp://127.8.8.8:80",
                "tcp://[::1]:80",
                "tcp://localhost:80",
                "unix:///run/http.sock"
            })
    void listensWithoutCredentialsWhereOnlyThisMachineReaches(String address) throws Exception {
        HttpSettings http = read("{'http': {'listen': ['" + address + "']}}").http();
        assertThat(http.listen()).containsExactly(AgentAddress.parse(address));
        assertThat(http.refusalWithoutCredentials()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://0.0.0.0:80",
                "tcp://[::]:80",
                "tcp://192.0.2.1:80",
                "tcp://example.org:80",
                "tcp://localhost.example.org:80"
            })
    void needsCredentialsToListenElsewhereUnlessTold(String address) throws Exception {
        String listen = "'listen': ['" + address + "']";
        HttpSettings http = read("{'http': {" + listen + "}}").http();
        assertThat(http.listen()).containsExactly(AgentAddress.parse(address));
        assertThat(http.refusalWithoutCredentials().orElseThrow())
                .startsWith("http.listen[0] is " + address + ": there is no token yet")
                .contains("culvertd init");

        String told = "{'http': {" + listen + ", 'allow_unauthenticated': true}}";
        assertThat(read(told).http().refusalWithoutCredentials()).isEmpty();
    }

    @Test
    void aCidIsReachedByVsockUnlessTold() {
        assertThat(TransportSettings.DEFAULTS.address(4_294_967_294L))
                .isEqualTo(new AgentAddress.Vsock(-2, 1024));
        assertThat(new TransportSettings(TransportSettings.Way.TCP, 1024, 9100).address(3))
                .isEqualTo(new AgentAddress.Tcp("127.0.0.1", 9103));
        assertThatThrownBy(() -> TransportSettings.DEFAULTS.address(1))
                .hasMessage("cid is 1: it must be from 3 to 4294967294");
    }

    @Test
    void theConfigurationOfAnAgentIsShownNowhere() throws Exception {
        Settings<DaemonSettings> settings =
                settings("{'agents': [{'id': 'a', 'cid': 3, 'config': {'key': 'hush'}}]}");
        assertThat(settings.value().agents().getFirst().config()).hasValue("{\"key\": \"hush\"}");
        assertThat(settings.print()).contains("\"config\": null").doesNotContain("hush");
        assertThat(settings.value().toString()).doesNotContain("hush");
    }

    @Test
    void theShippedFileHoldsEveryKeyWithItsDefault() throws Exception {
        Path shipped = Path.of("dist/culvertd.jsonc");
        assertThat(Settings.read(List.of(Layer.file(shipped)), DaemonSettings::read).value())
                .isEqualTo(DaemonSettings.DEFAULTS);
        String everyKey = settings(KeyReference.ONE_OF_EACH).print();
        assertThat(keys(Files.readString(shipped))).containsExactlyElementsOf(keys(everyKey));
    }

    @Test
    void theAgentThatTheShippedFileShowsIsOneOnceItsCidIsTakenOut() throws Exception {
        String shipped = Files.readString(Path.of("dist/culvertd.jsonc"));
        String agent =
                shipped.lines()
                        .dropWhile(line -> !line.equals("  \"agents\": ["))
                        .skip(1)
                        .takeWhile(line -> !line.equals("  ],"))
                        .filter(line -> !line.contains("\"cid\""))
                        .map(line -> line.replaceFirst("^ *// ", ""))
                        .reduce("", (text, line) -> text + line + "\n");
        assertThat(read("{'agents': [" + agent + "]}").agents())
                .singleElement()
                .extracting(AgentSettings::id)
                .isEqualTo("web-1");
    }

    @Test
    void theTunnelThatTheShippedFileShowsIsOne() throws Exception {
        String tunnel =
                Files.readString(Path.of("dist/culvertd.jsonc"))
                        .lines()
                        .dropWhile(line -> !line.equals("  \"tunnels\": ["))
                        .dropWhile(line -> !line.contains("// {"))
                        .takeWhile(line -> !line.equals("  ],"))
                        .filter(line -> !line.contains("\"probe_to\""))
                        .map(line -> line.replaceFirst("^ *// ", ""))
                        .reduce("", (text, line) -> text + line + "\n");
        assertThat(read("{'tunnels': [" + tunnel + "]}").tunnels())
                .singleElement()
                .extracting(SshTunnelSettings::name)
                .isEqualTo("db");
    }

    /** The keys in their order, those of the elements of lists in comments, too. */
    private static List<String> keys(String file) {
        return Pattern.compile("^[ /]*(\"[a-z_]+\"):", Pattern.MULTILINE)
                .matcher(file)
                .results()
                .map((Function<MatchResult, String>) result -> result.group(1))
                .toList();
    }

    private static DaemonSettings read(String text) throws BadSettingsException {
        return settings(text).value();
    }

    /** Apostrophes stand for quotes, so that the cases above can be read. */
    private static Settings<DaemonSettings> settings(String text) throws BadSettingsException {
        Layer source = Layer.text("f", text.replace('\'', '"'));
        return Settings.read(List.of(source), DaemonSettings::read);
    }

    private static List<String> problems(String text) {
        return catchThrowableOfType(BadSettingsException.class, () -> read(text)).mistakes();
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
