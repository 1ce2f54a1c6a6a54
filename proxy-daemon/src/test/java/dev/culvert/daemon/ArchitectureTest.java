package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.ImportRules;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final ImportRules RULES =
            new ImportRules(
                    "dev.culvert.daemon",
                    Map.ofEntries(
                            Map.entry(
                                    "config",
                                    core(
                                            "about",
                                            "frame",
                                            "io",
                                            "link",
                                            "mcp",
                                            "policy",
                                            "pool",
                                            "settings",
                                            "subject",
                                            "transport",
                                            "tunnel",
                                            "upstream")),
                            Map.entry(
                                    "reach",
                                    with(
                                            core(
                                                    "frame",
                                                    "io",
                                                    "link",
                                                    "road",
                                                    "transport",
                                                    "tunnel"),
                                            "config",
                                            "fleet")),
                            Map.entry(
                                    "operations",
                                    with(core("about", "io", "json"), "auth", "config")),
                            Map.entry(
                                    "api.operations",
                                    with(
                                            core("io"),
                                            "api",
                                            "auth",
                                            "config",
                                            "http",
                                            "operations")),
                            Map.entry(
                                    "approvals",
                                    with(
                                            core("audit", "frame", "io", "json", "link"),
                                            "config",
                                            "fleet")),
                            Map.entry("auth", Set.of("config")),
                            Map.entry(
                                    "fleet",
                                    with(
                                            core("io", "link", "road", "transport"),
                                            "auth",
                                            "config")),
                            Map.entry(
                                    "enrol",
                                    with(
                                            core("frame", "identity", "io", "link", "transport"),
                                            "auth",
                                            "config",
                                            "fleet")),
                            Map.entry(
                                    "home",
                                    with(
                                            core("frame", "io", "json", "link", "policy", "road"),
                                            "config",
                                            "fleet")),
                            Map.entry(
                                    "join",
                                    with(
                                            core(
                                                    "frame",
                                                    "identity",
                                                    "io",
                                                    "link",
                                                    "road",
                                                    "transport"),
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http",
                                            "http.tls")),
                            Map.entry(
                                    "http",
                                    with(
                                            core("io", "json", "link", "transport", "frame"),
                                            "auth",
                                            "config")),
                            Map.entry("http.h1", with(core("io", "link"), "config", "http")),
                            Map.entry("http.h2", with(core("io", "link"), "config", "http")),
                            Map.entry("http.tls", with(core("io"), "config", "http")),
                            Map.entry(
                                    "http.pipeline",
                                    with(
                                            core("io"),
                                            "auth",
                                            "config",
                                            "http",
                                            "http.h1",
                                            "http.h2",
                                            "http.tls")),
                            Map.entry(
                                    "state",
                                    with(
                                            core(
                                                    "identity",
                                                    "infra",
                                                    "io",
                                                    "settings",
                                                    "transport",
                                                    "value"),
                                            "approvals",
                                            "auth",
                                            "config",
                                            "continuations",
                                            "enrol",
                                            "fleet",
                                            "flows",
                                            "front.responses",
                                            "inventory",
                                            "plans",
                                            "previews",
                                            "proxmox",
                                            "operations",
                                            "providers",
                                            "sshtunnels",
                                            "webhooks")),
                            Map.entry(
                                    "subjects",
                                    with(
                                            core("frame", "io", "json", "link", "road", "subject"),
                                            "config",
                                            "fleet")),
                            Map.entry(
                                    "proxmox",
                                    with(
                                            core("checks", "io", "json", "settings"),
                                            "config",
                                            "outgoing")),
                            Map.entry(
                                    "inventory",
                                    with(
                                            core("io", "settings", "transport"),
                                            "config",
                                            "fleet",
                                            "proxmox")),
                            Map.entry(
                                    "api.inventory",
                                    with(
                                            core("io", "settings"),
                                            "api",
                                            "auth",
                                            "fleet",
                                            "http",
                                            "inventory",
                                            "proxmox")),
                            Map.entry(
                                    "plans",
                                    with(
                                            core("infra", "io", "settings", "value"),
                                            "auth",
                                            "config",
                                            "flows",
                                            "guests",
                                            "inventory",
                                            "operations",
                                            "proxmox")),
                            Map.entry(
                                    "api.plans",
                                    with(
                                            core("infra", "io", "value"),
                                            "api",
                                            "auth",
                                            "flows",
                                            "http",
                                            "plans")),
                            Map.entry("guests", with(core("io"), "config", "proxmox")),
                            Map.entry(
                                    "api.guests",
                                    with(core("io", "json"), "auth", "guests", "http", "proxmox")),
                            Map.entry(
                                    "cluster",
                                    with(core("io", "registry", "value"), "auth", "config")),
                            Map.entry(
                                    "api.hosts",
                                    with(core("io"), "api", "auth", "cluster", "http")),
                            Map.entry("outgoing", core("about", "checks", "io", "transport")),
                            Map.entry(
                                    "triggers",
                                    with(
                                            core("io", "settings", "subject"),
                                            "auth",
                                            "config",
                                            "flows",
                                            "http",
                                            "subjects",
                                            "webhooks")),
                            Map.entry(
                                    "steps",
                                    with(
                                            core(
                                                    "about",
                                                    "audit",
                                                    "checks",
                                                    "io",
                                                    "mcp",
                                                    "policy",
                                                    "settings",
                                                    "tools",
                                                    "transport",
                                                    "tunnel"),
                                            "approvals",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "flows",
                                            "http",
                                            "operations",
                                            "outgoing",
                                            "reach")),
                            Map.entry(
                                    "webhooks",
                                    with(
                                            core("checks", "io", "json", "settings"),
                                            "approvals",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "flows",
                                            "outgoing")),
                            Map.entry(
                                    "api.webhooks",
                                    with(core("io"), "api", "auth", "http", "webhooks")),
                            Map.entry(
                                    "providers",
                                    with(
                                            core(
                                                    "about",
                                                    "io",
                                                    "json",
                                                    "link",
                                                    "policy",
                                                    "settings",
                                                    "transport",
                                                    "tunnel",
                                                    "upstream"),
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http",
                                            "http.pipeline",
                                            "reach")),
                            Map.entry(
                                    "egress",
                                    with(
                                            core("io", "transport", "tunnel"),
                                            "config",
                                            "fleet",
                                            "reach")),
                            Map.entry("sse", with(core("io"), "http")),
                            Map.entry("sshkeys", core("io", "process")),
                            Map.entry(
                                    "sshtunnels",
                                    with(
                                            core(
                                                    "io",
                                                    "process",
                                                    "settings",
                                                    "transport",
                                                    "tunnel"),
                                            "config",
                                            "sshkeys")),
                            Map.entry(
                                    "api.sshtunnels",
                                    with(
                                            core("io", "settings", "transport"),
                                            "api",
                                            "auth",
                                            "config",
                                            "http",
                                            "sshkeys",
                                            "sshtunnels")),
                            Map.entry(
                                    "api.hostreach",
                                    with(
                                            core("checks", "io", "settings"),
                                            "api.checks",
                                            "api.sshkeys",
                                            "api.sshtunnels",
                                            "auth",
                                            "config",
                                            "http",
                                            "sshkeys",
                                            "sshtunnels")),
                            Map.entry(
                                    "api.sshkeys",
                                    with(core("io", "settings"), "api", "auth", "http", "sshkeys")),
                            Map.entry(
                                    "traces",
                                    with(core("about", "io", "settings"), "config", "http")),
                            Map.entry("accesslog", with(core("io"), "auth", "config", "http")),
                            Map.entry(
                                    "metrics",
                                    with(
                                            core(
                                                    "about",
                                                    "frame",
                                                    "io",
                                                    "link",
                                                    "transport",
                                                    "tunnel"),
                                            "approvals",
                                            "flows",
                                            "http",
                                            "http.tls",
                                            "inventory",
                                            "join",
                                            "answer",
                                            "config",
                                            "front.mcp",
                                            "reach",
                                            "egress",
                                            "providers",
                                            "subjects",
                                            "turn")),
                            Map.entry(
                                    "flows",
                                    with(
                                            core("about", "io", "settings"),
                                            "auth",
                                            "config",
                                            "operations")),
                            Map.entry(
                                    "turn",
                                    with(
                                            core("frame", "io", "json", "link", "road"),
                                            "auth",
                                            "config",
                                            "fleet")),
                            Map.entry(
                                    "answer",
                                    with(
                                            core("frame", "io", "json", "link", "road"),
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http",
                                            "sse",
                                            "turn")),
                            Map.entry(
                                    "front.anthropic",
                                    with(
                                            core("frame", "io", "json", "link"),
                                            "answer",
                                            "auth",
                                            "fleet",
                                            "http",
                                            "sse")),
                            Map.entry(
                                    "front.mcp",
                                    with(
                                            core("about", "frame", "io", "json"),
                                            "answer",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http",
                                            "operations",
                                            "sse",
                                            "turn")),
                            Map.entry(
                                    "front.openai",
                                    with(
                                            core("frame", "io", "json", "link"),
                                            "answer",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http",
                                            "sse")),
                            Map.entry(
                                    "front.responses",
                                    with(
                                            core("frame", "io", "json", "link", "road"),
                                            "answer",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "front.openai",
                                            "http",
                                            "sse",
                                            "turn")),
                            Map.entry("api", with(core("io"), "http")),
                            Map.entry(
                                    "api.flows",
                                    with(
                                            core("io", "settings"),
                                            "api",
                                            "auth",
                                            "config",
                                            "flows",
                                            "http",
                                            "sse")),
                            Map.entry(
                                    "api.checks",
                                    with(
                                            core(
                                                    "checks",
                                                    "frame",
                                                    "io",
                                                    "json",
                                                    "link",
                                                    "machine",
                                                    "settings"),
                                            "answer",
                                            "api.agents",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http")),
                            Map.entry(
                                    "continuations",
                                    with(
                                            core("frame", "io", "json", "link", "road"),
                                            "answer",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http",
                                            "turn")),
                            Map.entry(
                                    "api.turns",
                                    with(
                                            core("frame", "json", "link"),
                                            "answer",
                                            "api",
                                            "auth",
                                            "config",
                                            "continuations",
                                            "fleet",
                                            "http",
                                            "sse",
                                            "turn")),
                            Map.entry(
                                    "api.agents",
                                    with(
                                            core(
                                                    "frame",
                                                    "io",
                                                    "json",
                                                    "link",
                                                    "mcp",
                                                    "policy",
                                                    "road",
                                                    "settings"),
                                            "answer",
                                            "api",
                                            "auth",
                                            "config",
                                            "enrol",
                                            "fleet",
                                            "home",
                                            "http",
                                            "sse")),
                            Map.entry(
                                    "api.enrolments",
                                    with(
                                            core("about", "io", "settings", "transport"),
                                            "api",
                                            "auth",
                                            "config",
                                            "enrol",
                                            "http")),
                            Map.entry(
                                    "api.subjects",
                                    with(
                                            core("frame", "io", "json", "link", "road", "subject"),
                                            "answer",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http",
                                            "sse",
                                            "subjects")),
                            Map.entry(
                                    "api.approvals",
                                    with(
                                            core("io", "json"),
                                            "api",
                                            "approvals",
                                            "auth",
                                            "config",
                                            "http",
                                            "sse")),
                            Map.entry(
                                    "api.reach",
                                    with(
                                            core("about", "io", "settings", "transport", "tunnel"),
                                            "answer",
                                            "api",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http",
                                            "previews",
                                            "reach")),
                            Map.entry("previews", Set.of("auth", "config")),
                            Map.entry(
                                    "front.preview",
                                    with(
                                            core("io", "link", "tunnel"),
                                            "auth",
                                            "fleet",
                                            "http",
                                            "previews",
                                            "reach")),
                            Map.entry(
                                    "api.tokens",
                                    with(core("io", "settings"), "api", "auth", "config", "http")),
                            Map.entry(
                                    "api.admin",
                                    with(
                                            core(
                                                    "about",
                                                    "audit",
                                                    "io",
                                                    "json",
                                                    "settings",
                                                    "transport"),
                                            "answer",
                                            "api",
                                            "auth",
                                            "config",
                                            "fleet",
                                            "http",
                                            "operations",
                                            "turn")),
                            Map.entry(
                                    "",
                                    with(
                                            core(
                                                    "about",
                                                    "checks",
                                                    "frame",
                                                    "identity",
                                                    "settings",
                                                    "io",
                                                    "link",
                                                    "pool",
                                                    "road",
                                                    "systemd",
                                                    "registry",
                                                    "transport"),
                                            "cluster",
                                            "api.hosts",
                                            "accesslog",
                                            "api.approvals",
                                            "approvals",
                                            "auth",
                                            "config",
                                            "continuations",
                                            "dashboard",
                                            "fleet",
                                            "home",
                                            "http",
                                            "http.pipeline",
                                            "http.tls",
                                            "metrics",
                                            "answer",
                                            "api.admin",
                                            "api.checks",
                                            "api.flows",
                                            "flows",
                                            "api.guests",
                                            "api.plans",
                                            "plans",
                                            "api.operations",
                                            "guests",
                                            "operations",
                                            "outgoing",
                                            "api.inventory",
                                            "inventory",
                                            "proxmox",
                                            "steps",
                                            "triggers",
                                            "webhooks",
                                            "egress",
                                            "providers",
                                            "api.agents",
                                            "api.enrolments",
                                            "enrol",
                                            "reach",
                                            "join",
                                            "api.sshkeys",
                                            "api.hostreach",
                                            "api.reach",
                                            "front.preview",
                                            "previews",
                                            "api.sshtunnels",
                                            "api.subjects",
                                            "api.tokens",
                                            "api.turns",
                                            "api.webhooks",
                                            "front.anthropic",
                                            "front.mcp",
                                            "front.openai",
                                            "front.responses",
                                            "sshkeys",
                                            "sshtunnels",
                                            "state",
                                            "subjects",
                                            "traces",
                                            "turn")),
                            Map.entry("dashboard", Set.of("auth", "http")),
                            Map.entry("flags", Set.of()),
                            Map.entry("client.http", core("io", "value")),
                            Map.entry("client.output", core("io", "value")),
                            Map.entry("client.keys", core("io")),
                            Map.entry(
                                    "client.settings",
                                    with(
                                            core("io", "policy", "settings", "tools", "value"),
                                            "client",
                                            "client.http",
                                            "client.keys")),
                            Map.entry(
                                    "client",
                                    with(
                                            core("about", "infra", "io", "value"),
                                            "client.http",
                                            "client.keys",
                                            "client.output")),
                            Map.entry(
                                    "client.setup",
                                    with(
                                            core("io", "value"),
                                            "client",
                                            "client.http",
                                            "client.keys",
                                            "client.output")),
                            Map.entry(
                                    "client.local",
                                    with(core("io", "policy", "value"), "client", "client.http")),
                            Map.entry("client.host", core("settings", "value")),
                            Map.entry(
                                    "client.doctor",
                                    with(
                                            core("io", "tools", "value"),
                                            "client.host",
                                            "client.output")),
                            Map.entry(
                                    "client.bugreport",
                                    with(core("about", "value"), "client.doctor", "client.host")),
                            Map.entry(
                                    "client.compliance",
                                    with(
                                            core(
                                                    "about",
                                                    "audit",
                                                    "infra",
                                                    "io",
                                                    "settings",
                                                    "value"),
                                            "client",
                                            "client.http",
                                            "client.output",
                                            "client.workspace")),
                            Map.entry(
                                    "client.explain", with(core("about", "value"), "client.host")),
                            Map.entry(
                                    "client.guests",
                                    with(
                                            core("about", "io", "value"),
                                            "client",
                                            "client.http",
                                            "client.output")),
                            Map.entry("client.forward", with(core("io"), "client", "client.http")),
                            Map.entry("client.top", core("about", "value")),
                            Map.entry("client.logs", with(core("about", "io", "value"), "client")),
                            Map.entry(
                                    "client.chat",
                                    with(
                                            core("audit", "io", "policy", "tools", "value"),
                                            "client",
                                            "client.http",
                                            "client.local",
                                            "client.output",
                                            "client.settings")),
                            Map.entry(
                                    "client.console",
                                    with(
                                            core("about", "io", "value"),
                                            "client",
                                            "client.bugreport",
                                            "client.chat",
                                            "client.output")),
                            Map.entry(
                                    "client.mcp",
                                    with(
                                            core("about", "io", "value"),
                                            "client.console",
                                            "client.http",
                                            "client.workbench")),
                            Map.entry(
                                    "client.workbench",
                                    with(
                                            core("about", "io", "policy", "tools", "value"),
                                            "client",
                                            "client.chat",
                                            "client.console")),
                            Map.entry(
                                    "client.workspace",
                                    with(
                                            core("about", "infra", "io", "settings", "value"),
                                            "client",
                                            "client.http",
                                            "client.settings")),
                            Map.entry(
                                    "client.command",
                                    with(
                                            core(
                                                    "about", "audit", "checks", "infra", "io",
                                                    "machine", "policy", "tools", "value"),
                                            "client",
                                            "client.bugreport",
                                            "client.chat",
                                            "client.compliance",
                                            "client.console",
                                            "client.doctor",
                                            "client.explain",
                                            "client.forward",
                                            "client.guests",
                                            "client.host",
                                            "client.keys",
                                            "client.local",
                                            "client.logs",
                                            "client.mcp",
                                            "client.settings",
                                            "client.setup",
                                            "client.top",
                                            "client.workbench",
                                            "client.workspace",
                                            "client.http",
                                            "client.output",
                                            "flags")),
                            Map.entry(
                                    "cli",
                                    with(
                                            core("about", "io", "settings", "systemd", "transport"),
                                            "",
                                            "auth",
                                            "config",
                                            "flags",
                                            "state"))),
                    Map.of(
                            "org.jline", Set.of("client.chat", "client.console"),
                            "picocli", Set.of("cli", "client.command", "flags"),
                            "io.micrometer", Set.of("metrics"),
                            "java.sql", Set.of("state"),
                            "org.sqlite", Set.of("state"),
                            "io.netty.channel.epoll", Set.of()));

    @Test
    void packagesImportOnlyWhatTheDesignAllows() {
        assertThat(RULES.violations(Path.of("target/classes"))).isEmpty();
    }

    /** What answers clients has a view for its caller: a tenant cannot leak by omission. */
    @Test
    void onlyWhatAnswersNoClientReachesTheWholeFleet() {
        assertThat(RULES.usersOf("dev.culvert.daemon.fleet.Fleet", Path.of("target/classes")))
                .containsExactlyInAnyOrder("", "enrol", "fleet", "home", "turn");
        assertThat(RULES.usersOf("dev.culvert.daemon.fleet.AgentSource", Path.of("target/classes")))
                .containsExactlyInAnyOrder("", "enrol", "fleet");
    }

    private static Set<String> core(String... packages) {
        return Stream.of(packages).map("dev.culvert."::concat).collect(Collectors.toSet());
    }

    private static Set<String> with(Set<String> core, String... packages) {
        return Stream.concat(core.stream(), Stream.of(packages)).collect(Collectors.toSet());
    }
}
