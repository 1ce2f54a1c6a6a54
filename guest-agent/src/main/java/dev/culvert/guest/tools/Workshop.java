package dev.culvert.guest.tools;

import dev.culvert.guest.config.ToolSettings;
import dev.culvert.guest.policy.ToolRules;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Workers;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.ToolBox;
import dev.culvert.tools.WorkTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The agent's tools, the directory in which they work, and what they may do. */
public final class Workshop implements AutoCloseable {
    /** What is in force where no policy is configured. */
    private static final String READING_ONLY =
            """
            {"rules": [{"name": "reading", "decision": "allow",
                        "tools": ["read_file", "list_dir", "search_files"]}]}
            """;

    private static final int MOST_WAITING = 1_024;

    private final ToolSettings settings;
    private final WorkTree files;
    private final ToolBox box;
    private final Policy policy;
    private final Workers workers;
    private final Decisions decisions;

    private Workshop(ToolSettings settings, Policy policy, WorkTree files, Decisions decisions) {
        this.settings = settings;
        this.decisions = decisions;
        this.policy = policy;
        this.files = files;
        box = ToolBox.of(files, settings.commands(), System.getenv());
        workers = new Workers("tools", settings.maxCalls(), MOST_WAITING);
    }

    /**
     * Opens the directory of the settings; null if they have none.
     *
     * @param stateDir where decisions are kept; null to keep none
     * @throws IOException if the directory or the policy cannot be used; the message says why
     */
    public static @Nullable Workshop open(ToolSettings settings, @Nullable Path stateDir)
            throws IOException {
        Path directory = settings.directory();
        if (directory == null) {
            return null;
        }
        Policy policy = policy(settings.policy());
        WorkTree files;
        try {
            makeIfMissing(directory);
            files = WorkTree.open(directory);
        } catch (IOException e) {
            throw new IOException(
                    "the directory of the tools (--tools-dir) cannot be used: " + e.getMessage(),
                    e);
        }
        try {
            return new Workshop(settings, policy, files, Decisions.in(stateDir));
        } catch (IOException e) {
            files.close();
            throw e;
        }
    }

    /* Only the last name: the directory of the package is made beside the agent's state. */
    private static void makeIfMissing(Path directory) throws IOException {
        Path above = directory.toAbsolutePath().getParent();
        if (above != null && Files.isDirectory(above) && !Files.exists(directory)) {
            Files.createDirectory(directory);
        }
    }

    private static Policy policy(@Nullable Path file) throws IOException {
        try {
            return Policy.of(
                    List.of(
                            file == null
                                    ? PolicyFile.read(
                                            Level.BUILT_IN, "the built-in policy", READING_ONLY)
                                    : PolicyFile.read(Level.HOST, file)));
        } catch (BadPolicyException e) {
            throw new IOException(
                    "the policy of the tools (--tools-policy) is not applied:\n" + e.getMessage(),
                    e);
        } catch (IOException e) {
            throw new IOException(
                    "the policy of the tools (--tools-policy) cannot be read: "
                            + FileTrouble.why(e),
                    e);
        }
    }

    /** The tools that the turn of that id may use whose host has these rules; null for none. */
    public @Nullable Offer offer(ToolRules rules, String turn) {
        List<BuiltinTool> offered =
                box.tools().stream().filter(tool -> rules.refusal(tool.name()) == null).toList();
        return offered.isEmpty() ? null : new Offer(this, turn, policy(rules.policy()), offered);
    }

    /** That of the host and that of the settings; each can only narrow what the other allows. */
    private Policy policy(Policy ofTheHost) {
        if (ofTheHost.files().isEmpty()) {
            return policy;
        }
        return settings.policy() == null
                ? ofTheHost
                : Policy.of(
                        Stream.concat(policy.files().stream(), ofTheHost.files().stream())
                                .toList());
    }

    ToolSettings settings() {
        return settings;
    }

    Decisions decisions() {
        return decisions;
    }

    Workers workers() {
        return workers;
    }

    @Override
    public void close() {
        workers.close();
        files.close();
        decisions.close();
    }

    /** For the log: where they work, and by which policy. */
    @Override
    public String toString() {
        return "tools in "
                + files.place()
                + (settings.policy() == null ? ", reading only" : ", policy " + settings.policy())
                + (files.isCheckedByTheKernel() ? "" : ", without openat2");
    }
}
