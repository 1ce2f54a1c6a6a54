package dev.culvert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.ImportRules;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final ImportRules RULES =
            new ImportRules(
                    "dev.culvert",
                    Map.of(
                            "about", Set.of(),
                            "settings", Set.of("about", "io"),
                            "io", Set.of(),
                            "frame", Set.of("io"),
                            "log", Set.of(),
                            "transport", Set.of(),
                            "link", Set.of("frame", "io", "transport"),
                            "pool", Set.of("io", "link", "transport"),
                            "systemd", Set.of("transport")),
                    Map.of("io.netty.channel.epoll", Set.of("transport")));

    @Test
    void packagesImportOnlyWhatTheDesignAllows() {
        assertThat(RULES.violations(Path.of("target/classes"))).isEmpty();
    }

    @Test
    void aForbiddenImportIsFound() {
        ImportRules stricter =
                new ImportRules(
                        RULES.root(),
                        Map.of(
                                "about",
                                Set.of(),
                                "settings",
                                Set.of("about", "io"),
                                "io",
                                Set.of(),
                                "frame",
                                Set.of("io"),
                                "log",
                                Set.of(),
                                "transport",
                                Set.of(),
                                "link",
                                Set.of("frame", "io"),
                                "pool",
                                Set.of("io", "link", "transport"),
                                "systemd",
                                Set.of("transport")),
                        Map.of("com.fasterxml.jackson", Set.of("settings", "frame")));
        assertThat(stricter.violations(Path.of("target/classes")))
                .anyMatch(it -> it.contains("AgentLink") && it.contains("dev.culvert.transport"))
                .anyMatch(it -> it.contains("HeartbeatReader") && it.contains("may not know"));
    }
}
