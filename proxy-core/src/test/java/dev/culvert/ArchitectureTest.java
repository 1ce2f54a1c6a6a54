package dev.culvert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.ImportRules;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final ImportRules RULES =
            new ImportRules(
                    "dev.culvert",
                    Map.ofEntries(
                            Map.entry("about", Set.of()),
                            Map.entry("settings", Set.of("about", "io")),
                            Map.entry("io", Set.of()),
                            Map.entry("checks", Set.of("about", "io", "transport")),
                            Map.entry("machine", Set.of("io")),
                            Map.entry("json", Set.of()),
                            Map.entry("audit", Set.of("io")),
                            Map.entry("process", Set.of("io")),
                            Map.entry("policy", Set.of("about", "settings")),
                            Map.entry("frame", Set.of("io", "json")),
                            Map.entry("transport", Set.of()),
                            Map.entry("link", Set.of("about", "frame", "io", "json", "transport")),
                            Map.entry("pool", Set.of("io", "link", "transport")),
                            Map.entry("registry", Set.of("settings")),
                            Map.entry("identity", Set.of("frame", "io", "json")),
                            Map.entry("road", Set.of("io", "link", "pool", "transport")),
                            Map.entry("systemd", Set.of("transport")),
                            Map.entry("tools", Set.of("io", "json", "policy")),
                            Map.entry("mcp", Set.of("about", "io", "json", "policy", "tools")),
                            Map.entry("tunnel", Set.of("frame", "io", "json", "transport")),
                            Map.entry("upstream", Set.of("about", "io", "transport")),
                            Map.entry("value", Set.of("io")),
                            Map.entry("infra", Set.of("about", "io", "settings", "value")),
                            Map.entry("subject", Set.of("io", "json"))),
                    Map.of("io.netty.channel.epoll", Set.of("transport")));

    @Test
    void packagesImportOnlyWhatTheDesignAllows() {
        assertThat(violations(RULES)).isEmpty();
    }

    @Test
    void aForbiddenImportIsFound() {
        assertThat(violations(withRow("link", Set.of("about", "frame", "io", "json"))))
                .anyMatch(
                        it -> it.contains("AgentLink.class may not import dev.culvert.transport"));
    }

    @Test
    void aPackageWithoutARowIsFound() {
        assertThat(violations(withRow("systemd", null)))
                .anyMatch(it -> it.contains("Watchdog") && it.contains("has no row"));
    }

    @Test
    void aRowWithoutAPackageIsFound() {
        assertThat(violations(withRow("nowhere", Set.of())))
                .containsExactly("the row 'nowhere' has no package");
    }

    @Test
    void aPermissionThatNobodyUsesIsFound() {
        assertThat(violations(withRow("systemd", Set.of("transport", "link"))))
                .containsExactly("'systemd' may import link, but does not");
    }

    @Test
    void aForeignPackageThatOnlyOthersMayUseIsFound() {
        assertThat(violations(reserving("io.netty.channel.epoll", Set.of())))
                .anyMatch(it -> it.contains("EventLoops") && it.contains("may not use"));
    }

    @Test
    void aForeignPackageThatItsOwnerDoesNotUseIsFound() {
        assertThat(violations(reserving("picocli", Set.of("about"))))
                .containsExactly("'about' may use picocli, but does not");
    }

    private static ImportRules withRow(String row, @Nullable Set<String> mayImport) {
        Map<String, Set<String>> rows = new HashMap<>(RULES.allowed());
        if (mayImport == null) {
            rows.remove(row);
        } else {
            rows.put(row, mayImport);
        }
        return new ImportRules(RULES.root(), rows, RULES.reserved());
    }

    private static ImportRules reserving(String foreign, Set<String> owners) {
        return new ImportRules(RULES.root(), RULES.allowed(), Map.of(foreign, owners));
    }

    private static List<String> violations(ImportRules rules) {
        return rules.violations(Path.of("target/classes"));
    }
}
