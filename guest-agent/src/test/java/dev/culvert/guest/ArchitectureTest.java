package dev.culvert.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.ImportRules;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ABOUT = "dev.culvert.about";
    private static final String AUDIT = "dev.culvert.audit";
    private static final String CHECKS = "dev.culvert.checks";
    private static final String FRAME = "dev.culvert.frame";
    private static final String IDENTITY = "dev.culvert.identity";
    private static final String IO = "dev.culvert.io";
    private static final String JSON = "dev.culvert.json";
    private static final String MACHINE = "dev.culvert.machine";
    private static final String MCP = "dev.culvert.mcp";
    private static final String POLICY = "dev.culvert.policy";
    private static final String TOOLS = "dev.culvert.tools";
    private static final String TRANSPORT = "dev.culvert.transport";
    private static final String TUNNEL = "dev.culvert.tunnel";
    private static final String SETTINGS = "dev.culvert.settings";
    private static final String SUBJECT = "dev.culvert.subject";
    private static final String SYSTEMD = "dev.culvert.systemd";

    private static final ImportRules RULES =
            new ImportRules(
                    "dev.culvert.guest",
                    Map.ofEntries(
                            Map.entry(
                                    "",
                                    Set.of(
                                            "approvals",
                                            "connection",
                                            "session",
                                            "tools",
                                            "turn",
                                            "desired",
                                            "inspect",
                                            "local",
                                            "runtime",
                                            "identity",
                                            "policy",
                                            "subjects",
                                            "tunnel",
                                            "outside",
                                            "config",
                                            ABOUT,
                                            IO,
                                            MCP,
                                            POLICY,
                                            SYSTEMD,
                                            TRANSPORT,
                                            TUNNEL)),
                            Map.entry(
                                    "cli",
                                    Set.of(
                                            ABOUT, "", "config", IO, JSON, SETTINGS, SUBJECT,
                                            SYSTEMD)),
                            Map.entry("config", Set.of(ABOUT, SETTINGS, TOOLS, TRANSPORT, TUNNEL)),
                            Map.entry("outside", Set.of("config", "tunnel", TRANSPORT, TUNNEL)),
                            Map.entry("tunnel", Set.of("config", FRAME, IO, TRANSPORT, TUNNEL)),
                            Map.entry(
                                    "connection",
                                    Set.of(
                                            "session", "tunnel", "config", FRAME, IDENTITY, IO,
                                            JSON, TRANSPORT, TUNNEL)),
                            Map.entry("identity", Set.of(FRAME, IDENTITY, IO, SETTINGS)),
                            Map.entry("approvals", Set.of("config", FRAME, IO, JSON)),
                            Map.entry(
                                    "session",
                                    Set.of(
                                            "approvals",
                                            "inspect",
                                            "runtime",
                                            "tools",
                                            "turn",
                                            "desired",
                                            "policy",
                                            "subjects",
                                            "config",
                                            FRAME,
                                            IO,
                                            JSON)),
                            Map.entry("subjects", Set.of("config", FRAME, IO, JSON, SUBJECT)),
                            Map.entry(
                                    "local",
                                    Set.of(
                                            "config",
                                            "subjects",
                                            FRAME,
                                            IO,
                                            JSON,
                                            SUBJECT,
                                            TRANSPORT)),
                            Map.entry(
                                    "turn", Set.of("runtime", "policy", "config", FRAME, IO, JSON)),
                            Map.entry(
                                    "tools",
                                    Set.of(
                                            "approvals",
                                            "runtime",
                                            "policy",
                                            "config",
                                            "desired",
                                            AUDIT,
                                            FRAME,
                                            IO,
                                            JSON,
                                            MCP,
                                            POLICY,
                                            TOOLS)),
                            Map.entry("desired", Set.of("config", "policy", IO, JSON, MCP, POLICY)),
                            Map.entry("runtime", Set.of("config", "anthropic", FRAME, IO)),
                            Map.entry("anthropic", Set.of("config", JSON)),
                            Map.entry("inspect", Set.of("turn", CHECKS, FRAME, IO, JSON, MACHINE)),
                            Map.entry("policy", Set.of(POLICY))),
                    Map.of("picocli", Set.of("cli"), "io.netty.channel.epoll", Set.of()));

    @Test
    void packagesImportOnlyWhatTheDesignAllows() {
        assertThat(RULES.violations(Path.of("target/classes"))).isEmpty();
    }
}
