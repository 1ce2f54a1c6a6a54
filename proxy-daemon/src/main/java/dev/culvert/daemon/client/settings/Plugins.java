package dev.culvert.daemon.client.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Commands;
import dev.culvert.tools.ProgramTool;
import dev.culvert.tools.WorkTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The tools that come with a project.
 *
 * @param all those that can be used, by name
 * @param refused why others cannot, a sentence for each
 */
public record Plugins(List<Plugin> all, List<String> refused) {
    /** Where they are if the settings do not say it ({@code toolsPath}). */
    static final String FOLDER = ".culvert/tools";

    private static final String DESCRIPTION = ".json";
    private static final int MOST = 64;
    private static final int MOST_JSON_BYTES = 64 << 10;
    private static final int MOST_PROGRAM_BYTES = 64 << 20;

    public Plugins {
        all = List.copyOf(all);
        refused = List.copyOf(refused);
    }

    /**
     * Looks for them.
     *
     * @param folder below {@code root}
     * @throws UsageException if the folder is none, or one that others can change
     */
    static Plugins in(Path root, String folder) throws UsageException {
        Path place = SettingsFile.path(folder, root, root);
        if (!place.startsWith(root) || place.equals(root)) {
            throw new UsageException(
                    "toolsPath is '%s', which is not below %s: name a folder in it"
                            .formatted(Quoted.word(folder), root));
        }
        Path step = root;
        for (Path name : root.relativize(place)) {
            step = step.resolve(name);
            if (!Files.exists(step, LinkOption.NOFOLLOW_LINKS)) {
                return new Plugins(List.of(), List.of());
            }
            GuardedFile.checkFolder(step);
        }
        List<Plugin> all = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        for (Path description : descriptions(place)) {
            try {
                all.add(plugin(description, root));
            } catch (UsageException e) {
                refused.add(String.valueOf(e.getMessage()));
            }
        }
        return new Plugins(all, refused);
    }

    private static List<Path> descriptions(Path folder) throws UsageException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + DESCRIPTION)) {
            files.forEach(found::add);
        } catch (IOException e) {
            throw new UsageException(folder + ": " + FileTrouble.why(e));
        }
        if (found.size() > MOST) {
            throw new UsageException(
                    "%s has %d tools, more than %d: remove some"
                            .formatted(folder, found.size(), MOST));
        }
        found.sort(null);
        return found;
    }

    private static Plugin plugin(Path description, Path root) throws UsageException {
        String file = description.getFileName().toString();
        String name = file.substring(0, file.length() - DESCRIPTION.length());
        Path program = description.resolveSibling(name);
        String json = GuardedFile.read(description, MOST_JSON_BYTES);
        if (!Files.exists(program, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException(
                    "%s describes no tool: there is no program %s beside it"
                            .formatted(Quoted.word(description.toString()), Quoted.word(name)));
        }
        GuardedFile.check(program);
        if (!Files.isExecutable(program)) {
            throw new UsageException(
                    "%s is no tool, because it is not executable: run 'chmod u+x %1$s'"
                            .formatted(Quoted.word(program.toString())));
        }
        return new Plugin(
                Plugin.read(
                        name, root.relativize(program).toString(), json, description.toString()),
                digest(program),
                Trust.sha256(json.getBytes(UTF_8)));
    }

    /**
     * The tools that they are, in the directory of the project; none where programs are not
     * started.
     *
     * @param files which stays the caller's
     * @param environment this process's, of which the programs get a part
     */
    public List<BuiltinTool> tools(
            WorkTree files, Commands commands, Map<String, String> environment) {
        return commands == Commands.OFF || !files.isForPrograms()
                ? List.of()
                : all.stream()
                        .<BuiltinTool>map(plugin ->
                                new ProgramTool(
                                        files,
                                        commands,
                                        environment,
                                        plugin.program(),
                                        plugin::mustBe))
                        .toList();
    }

    private static String digest(Path program) throws UsageException {
        try (InputStream in = Files.newInputStream(program, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MOST_PROGRAM_BYTES + 1);
            if (bytes.length > MOST_PROGRAM_BYTES) {
                throw new UsageException(program + " is no tool: it has more than 64 MiB");
            }
            return Trust.sha256(bytes);
        } catch (UsageException e) {
            throw e;
        } catch (IOException e) {
            throw new UsageException(Quoted.word(program.toString()) + ": " + FileTrouble.why(e));
        }
    }
}
