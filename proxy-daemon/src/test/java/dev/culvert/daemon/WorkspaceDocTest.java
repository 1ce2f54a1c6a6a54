package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The commands of proxy-daemon/docs/how-to-workspace.md, in their order. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class WorkspaceDocTest {
    private static final Path PAGE = Path.of("docs/how-to-workspace.md");

    @TempDir Path folder;

    @Test
    void theCommandsOfThePageWork() throws Exception {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        DocPrograms.write(bin);
        try (ScriptedInventory inventory = new ScriptedInventory()) {
            inventory.put(9000, "vm", "debian", "stopped", "memory", "512");
            run(bin, inventory, commands());

            assertThat(inventory.posted()).filteredOn(it -> it.startsWith("clone")).hasSize(2);
            assertThat(inventory.has(100) || inventory.has(101)).isFalse();
            assertThat(inventory.has(9000)).isTrue();
        }
    }

    private static String commands() throws IOException {
        List<String> blocks =
                DocBlocks.of(PAGE).all().stream()
                        .filter(it -> it.language().equals("sh"))
                        .map(DocBlocks.Block::lines)
                        .toList();
        assertThat(blocks).hasSizeGreaterThan(3);
        return "set -eu\n" + String.join("\n", blocks);
    }

    private void run(Path bin, ScriptedInventory inventory, String commands) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", commands)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("said").toFile());
        builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
        builder.environment().put("CULVERT_URL", inventory.url());
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("XDG_CONFIG_HOME", folder.toString());
        Process process = builder.start();
        try {
            int code = process.waitFor();
            assertThat(code).as(Files.readString(folder.resolve("said"))).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
