package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The key {@code flows_dir} and the section {@code flows}.
 *
 * @param dir where the daemon's own flows are; empty if it has none
 * @param env the variables of the daemon that flows may read
 * @param maxRuns runs at once, of all tenants
 * @param maxSteps of one flow
 * @param maxEach items that one step runs for
 * @param eachParallel items of one step at once, where the step does not say how many
 * @param maxFileBytes of a flow
 * @param maxOutputBytes of one step's output
 * @param maxJournalBytes of all outputs of one run
 * @param keep ended runs that are kept
 * @param keepCache outputs that are kept for steps with {@code cache}
 * @param stepTimeout for a step that does not say its own
 * @param maxForwards ports that steps of all runs keep open
 * @param shell programs that steps run
 * @param mcp servers whose tools steps call
 */
public record FlowSettings(
        Optional<Path> dir,
        List<String> env,
        int maxRuns,
        int maxSteps,
        int maxEach,
        int eachParallel,
        int maxFileBytes,
        int maxOutputBytes,
        int maxJournalBytes,
        int keep,
        int keepCache,
        Duration stepTimeout,
        int maxForwards,
        ShellSettings shell,
        McpSettings mcp) {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    public static final FlowSettings DEFAULTS =
            new FlowSettings(
                    Optional.empty(),
                    List.of("LLM_PROVIDER", "LLM_MODEL"),
                    16,
                    200,
                    1_000,
                    4,
                    256 * KIB,
                    512 * KIB,
                    4 * MIB,
                    200,
                    1_000,
                    Duration.ofMinutes(10),
                    64,
                    ShellSettings.DEFAULTS,
                    McpSettings.DEFAULTS);

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final int MOST_STEPS = 10_000;

    public FlowSettings {
        env = List.copyOf(env);
        Check.atLeast("max_runs", maxRuns, 0);
        Check.between("max_steps", maxSteps, 1, MOST_STEPS);
        Check.between("max_each", maxEach, 1, MOST_STEPS);
        Check.between("each_parallel", eachParallel, 1, maxEach);
        Check.bytesBetween("max_file_bytes", maxFileBytes, 1, 8 * MIB);
        Check.bytesBetween("max_output_bytes", maxOutputBytes, 1, 64 * MIB);
        Check.bytesBetween("max_journal_bytes", maxJournalBytes, maxOutputBytes, 256 * MIB);
        Check.atLeast("keep", keep, 1);
        Check.atLeast("keep_cache", keepCache, 0);
        Check.positive("step_timeout", stepTimeout);
        Check.between("max_forwards", maxForwards, 0, MOST_STEPS);
    }

    /** Reads its keys from all settings. */
    static FlowSettings read(Section all) {
        Optional<Path> dir = all.find("flows_dir", Kind.PATH);
        return all.section("flows", in -> read(in, dir));
    }

    private static FlowSettings read(Section in, Optional<Path> dir) {
        return new FlowSettings(
                dir,
                in.list(
                        "env",
                        Kind.matching(VARIABLE, "the name of an environment variable"),
                        DEFAULTS.env),
                in.get("max_runs", Kind.INT, DEFAULTS.maxRuns),
                in.get("max_steps", Kind.INT, DEFAULTS.maxSteps),
                in.get("max_each", Kind.INT, DEFAULTS.maxEach),
                in.get("each_parallel", Kind.INT, DEFAULTS.eachParallel),
                in.get("max_file_bytes", Kind.BYTES, DEFAULTS.maxFileBytes),
                in.get("max_output_bytes", Kind.BYTES, DEFAULTS.maxOutputBytes),
                in.get("max_journal_bytes", Kind.BYTES, DEFAULTS.maxJournalBytes),
                in.get("keep", Kind.INT, DEFAULTS.keep),
                in.get("keep_cache", Kind.INT, DEFAULTS.keepCache),
                in.get("step_timeout", Kind.DURATION, DEFAULTS.stepTimeout),
                in.get("max_forwards", Kind.INT, DEFAULTS.maxForwards),
                in.section("shell", ShellSettings::read),
                in.get("mcp", McpSettings.KIND, DEFAULTS.mcp));
    }
}
