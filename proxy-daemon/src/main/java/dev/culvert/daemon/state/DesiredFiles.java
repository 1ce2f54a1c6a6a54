package dev.culvert.daemon.state;

import dev.culvert.daemon.fleet.Desired;
import dev.culvert.io.FileTrouble;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The desired configurations that versions without a database kept: one file for each agent, with
 * the revision on the first line, the hash of the configuration in the settings on the second, then
 * the payload.
 */
final class DesiredFiles {
    private static final String SUFFIX = ".desired";

    /** What one file contains. */
    record Entry(String agentId, String settingsHash, Desired desired) {}

    private DesiredFiles() {}

    /** All of them; none if there never was one. Blocks. */
    static List<Entry> read(Path directory) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(SUFFIX)) {
                    String id = name.substring(0, name.length() - SUFFIX.length());
                    entries.add(entry(file, id));
                }
            }
            return entries;
        } catch (NoSuchFileException | NotDirectoryException _) {
            return List.of();
        }
    }

    private static Entry entry(Path file, String agentId) throws IOException {
        List<String> lines;
        try {
            lines = Files.readString(file).lines().toList();
        } catch (CharacterCodingException _) {
            throw damaged(file, agentId, "its text is not UTF-8");
        } catch (IOException e) {
            throw new IOException(FileTrouble.of(e), e);
        }
        if (lines.size() < 3
                || !lines.get(0).matches("[0-9]{1,18}")
                || !lines.get(1).matches("[0-9a-f]{64}")) {
            throw damaged(file, agentId, "its first lines are not a revision and a hash");
        }
        return new Entry(
                agentId,
                lines.get(1),
                new Desired(
                        Long.parseLong(lines.get(0)),
                        String.join("\n", lines.subList(2, lines.size()))));
    }

    /** Not guessed at: the file says which tools the agent may use. */
    private static IOException damaged(Path file, String agentId, String how) {
        return new IOException(
                "%s is damaged, %s: it contains the desired configuration of agent '%s'; restore it, or remove it to use the configuration of the settings"
                        .formatted(file, how, agentId));
    }
}
