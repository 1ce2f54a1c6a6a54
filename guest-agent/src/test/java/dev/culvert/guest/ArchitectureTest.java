package dev.culvert.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.ImportRules;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ABOUT = "dev.culvert.about";
    private static final String FRAME = "dev.culvert.frame";
    private static final String IO = "dev.culvert.io";
    private static final String JSON = "dev.culvert.json";
    private static final String TRANSPORT = "dev.culvert.transport";
    private static final String SETTINGS = "dev.culvert.settings";
    private static final String SYSTEMD = "dev.culvert.systemd";

    private static final ImportRules RULES =
            new ImportRules(
                    "dev.culvert.guest",
                    Map.of(
                            "",
                                    Set.of(
                                            "connection",
                                            "session",
                                            "turn",
                                            "desired",
                                            "runtime",
                                            "config",
                                            ABOUT,
                                            IO,
                                            SYSTEMD,
                                            TRANSPORT),
                            "cli", Set.of(ABOUT, "", "config", IO, SETTINGS, SYSTEMD, TRANSPORT),
                            "config", Set.of(ABOUT, SETTINGS, TRANSPORT),
                            "connection", Set.of("session", FRAME, IO, JSON, TRANSPORT),
                            "session", Set.of("turn", "desired", "config", FRAME, IO, JSON),
                            "turn", Set.of("runtime", "policy", "config", FRAME, IO, JSON),
                            "desired", Set.of("config", IO, JSON),
                            "runtime", Set.of("config", "anthropic", FRAME, IO),
                            "anthropic", Set.of("config", JSON),
                            "policy", Set.of()),
                    Map.of("picocli", Set.of("cli"), "io.netty.channel.epoll", Set.of()));

    @Test
    void packagesImportOnlyWhatTheDesignAllows() {
        assertThat(RULES.violations(Path.of("target/classes"))).isEmpty();
    }
}
