package dev.culvert.guest.tools;

import dev.culvert.guest.approvals.Approvals;
import dev.culvert.guest.config.ToolSettings;
import dev.culvert.guest.desired.ServersListener;
import dev.culvert.guest.policy.ToolRules;
import dev.culvert.guest.runtime.RunningCall;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Workers;
import dev.culvert.mcp.Loopback;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.Limits;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.policy.Verdict;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Opener;
import dev.culvert.tools.Support;
import dev.culvert.tools.ToolBox;
import dev.culvert.tools.WorkTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's tools, the directory in which they work, and what they may do. */
public final class Workshop implements AutoCloseable {
    /** What is in force where no policy is configured. */
    private static final String READING_ONLY =
            """
            {"rules": [{"name": "reading", "decision": "allow",
                        "tools": ["read_file", "list_dir", "search_files"]}]}
            """;

    /** Who asks, as far as is known where the host does not say it. */
    private static final String HOST = "host";

    private static final Logger LOG = LoggerFactory.getLogger(Workshop.class);
    private static final int MOST_WAITING = 1_024;

    private final ToolSettings settings;
    private final WorkTree files;
    private final ToolBox box;
    private final ToolServers servers;
    private final Policy policy;
    private final Workers workers;
    private final RunningCalls running = new RunningCalls();
    private final Decisions decisions;
    private final Around around;

    /**
     * What the workshop needs of the agent around it.
     *
     * @param approvals by which calls are approved
     * @param rules of the host, as they are in force now
     * @param loopback how MCP servers on this machine are reached
     */
    public record Around(Approvals approvals, Supplier<ToolRules> rules, Loopback loopback) {}

    private Workshop(
            ToolSettings settings,
            Policy policy,
            WorkTree files,
            Decisions decisions,
            Around around) {
        this.settings = settings;
        this.decisions = decisions;
        this.around = around;
        this.policy = policy;
        this.files = files;
        box = ToolBox.of(files, settings.commands(), System.getenv());
        servers = new ToolServers(settings, files, System.getenv(), around.loopback());
        workers = new Workers("tools", settings.maxCalls(), MOST_WAITING);
    }

    /**
     * Opens the directory of the settings; null if they have none.
     *
     * @param decisions which are written down
     * @throws IOException if the directory or the policy cannot be used; the message says why
     */
    public static @Nullable Workshop open(ToolSettings settings, Decisions decisions, Around around)
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
            mustNotContain(directory, settings.policy());
            if (!decisions.areKept()) {
                LOG.warn("without --state-dir there is no audit log of what the tools do");
            }
            return new Workshop(settings, policy, files, decisions, around);
        } catch (IOException e) {
            files.close();
            throw e;
        }
    }

    /* The next start of the agent would read what the model has written there. */
    private static void mustNotContain(Path directory, @Nullable Path policy) throws IOException {
        if (policy != null && policy.toRealPath().startsWith(directory.toRealPath())) {
            throw new IOException(
                    "the policy of the tools (--tools-policy) is in their directory (--tools-dir),"
                            + " where the model could change it: move it elsewhere");
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
            PolicyFile read =
                    file == null
                            ? PolicyFile.read(Level.BUILT_IN, "the built-in policy", READING_ONLY)
                            : PolicyFile.read(Level.HOST, file);
            read.warnings().forEach(warning -> LOG.warn("--tools-policy: {}", warning));
            return Policy.of(List.of(read));
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

    /**
     * The tools that the turn of that id may use whose host has these rules; null for none.
     *
     * @param who asks for the turn, as the host says; null if it does not
     */
    public @Nullable Offer offer(ToolRules rules, String turn, @Nullable String who) {
        boolean mayAsk = around.approvals().isTaken();
        ToolRules those = mayAsk ? rules.asking(names()) : rules;
        List<BuiltinTool> offered =
                tools().filter(tool -> those.refusal(tool.name()) == null).toList();
        Offer.Asked asked = new Offer.Asked(turn, who == null ? HOST : who, mayAsk);
        return offered.isEmpty() ? null : new Offer(this, asked, policy(rules.policy()), offered);
    }

    /** Those that a turn had which waited for an approval when an earlier process ended. */
    public Offer offerAgain(String turn, SavedRounds saved) {
        Offer.Asked asked = new Offer.Asked(turn, saved.who(), true);
        return new Offer(this, asked, policyInForce(), List.of())
                .expecting(Set.copyOf(saved.tools()));
    }

    /** Null if there is none of that name now, or the host has forbidden it. */
    @Nullable BuiltinTool find(String name) {
        return isForbiddenNow(name)
                ? null
                : tools().filter(tool -> tool.name().equals(name)).findFirst().orElse(null);
    }

    /** Why there is no tool of that name, which the turn was offered. */
    String absence(String name) {
        return isForbiddenNow(name)
                ? "the host forbids this tool now"
                : "the agent does not have this tool now; it had it before it was restarted";
    }

    private Set<String> names() {
        return tools().map(BuiltinTool::name).collect(Collectors.toSet());
    }

    /** What tools may do now, whenever a turn began. On the event loop. */
    public Policy policyInForce() {
        return policy(around.rules().get().policy());
    }

    /** Whether the host has forbidden the tool meanwhile, whatever its arguments. */
    boolean isForbiddenNow(String tool) {
        return around.rules().get().asking(Set.of(tool)).refusal(tool) != null;
    }

    public Approvals approvals() {
        return around.approvals();
    }

    /* Names of servers' tools begin with theirs, so none hides a built-in tool. */
    private Stream<BuiltinTool> tools() {
        return Stream.concat(box.tools().stream(), servers.tools().stream());
    }

    /** Is to be told which MCP servers there are. */
    public ServersListener servers() {
        return servers;
    }

    /** That of the host and that of the settings; each can only narrow what the other allows. */
    /* The built-in one is for what no other allows: also where those of the host only forbid something. */
    private Policy policy(Policy ofTheHost) {
        if (ofTheHost.files().isEmpty()) {
            return policy;
        }
        boolean allows = ofTheHost.files().stream().anyMatch(it -> it.byDefault() != Verdict.ALLOW);
        return settings.policy() == null && allows
                ? ofTheHost
                : Policy.of(
                        Stream.concat(policy.files().stream(), ofTheHost.files().stream())
                                .toList());
    }

    /** How the tools are confined, for heartbeats (compatibility.md). */
    public String facts() {
        Support here = Support.here();
        return "{\"openat2\":%b,\"paths\":\"%s\",\"landlock\":%d,\"seccomp\":%b,\"commands\":\"%s\"}"
                .formatted(
                        files.opener() == Opener.AT_ONCE,
                        files.opener(),
                        here.landlock(),
                        here.seccomp(),
                        settings.commands().name().toLowerCase(Locale.ROOT));
    }

    ToolSettings settings() {
        return settings;
    }

    /** The limits of a rule; none lets a call take longer than the agent does. */
    Limits within(Limits rule) {
        Duration most = settings.timeout();
        return rule.timeout().compareTo(most) <= 0
                ? rule
                : new Limits(
                        most,
                        rule.maxOutputBytes(),
                        rule.environment(),
                        rule.network(),
                        rule.maxFileBytes());
    }

    Decisions decisions() {
        return decisions;
    }

    RunningCalls running() {
        return running;
    }

    /** The calls that do something now, or are about to. Safe for all threads. */
    public List<RunningCall> runningCalls() {
        return running.now();
    }

    Workers workers() {
        return workers;
    }

    @Override
    public void close() {
        workers.close();
        servers.close();
        around.approvals().close();
        files.close();
    }

    /** For the log: where they work, and by which policy. */
    @Override
    public String toString() {
        return "tools in "
                + files.place()
                + (settings.policy() == null ? ", reading only" : ", policy " + settings.policy())
                + (files.opener() == Opener.AT_ONCE ? "" : ", without openat2: " + files.opener());
    }
}
