package dev.culvert.daemon.steps;

import dev.culvert.audit.AuditEntry;
import dev.culvert.audit.AuditLog;
import dev.culvert.daemon.approvals.DecisionLog;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.config.ShellSettings;
import dev.culvert.daemon.flows.Param;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.Values;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import dev.culvert.policy.Action;
import dev.culvert.policy.Decision;
import dev.culvert.policy.Policy;
import dev.culvert.settings.Node;
import dev.culvert.tools.Commands;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ProgramEnd;
import dev.culvert.tools.Programs;
import dev.culvert.tools.ToolException;
import dev.culvert.tools.WorkTree;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A step that runs a program on this host, if the policy of {@code flows.shell} allows it. */
/* One program at a time, because whatever it leaves behind becomes a child of this process and is ended with it. So they
 * have a thread of their own, in which they wait for their turn. */
public final class ShellStep implements StepKind {
    private static final String ARGV = "argv";
    private static final String STATUSES = "statuses";
    private static final int MOST_STATUS = 255;
    private static final int SHOWN_CHARS = 400;

    /** For the members of the output besides the text. */
    private static final int ROOM_BYTES = 200;

    private final Supplier<FlowSettings> settings;
    private final Optional<Path> stateDir;
    private final DecisionLog log;
    private final ApproveStep approve;
    private final Workers workers;
    private final ThreadPoolExecutor turns =
            new ThreadPoolExecutor(
                    1,
                    1,
                    10,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    Thread.ofPlatform().daemon().name("culvert-shell").factory());
    private volatile boolean stopped;

    /**
     * @param stateDir where programs run without another directory
     * @param log gets a line before each program
     * @param approve asks where the policy does
     * @param workers do what blocks
     */
    public ShellStep(
            Supplier<FlowSettings> settings,
            Optional<Path> stateDir,
            DecisionLog log,
            ApproveStep approve,
            Workers workers) {
        this.settings = settings;
        this.stateDir = stateDir;
        this.log = log;
        this.approve = approve;
        this.workers = workers;
        turns.allowCoreThreadTimeOut(true);
    }

    @Override
    public String name() {
        return "shell";
    }

    @Override
    public String summary() {
        return "Run a program on this host, under the policy of flows.shell";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of(
                                ARGV,
                                Schema.listOf(Schema.TEXT),
                                "The program and its arguments; no shell is between")
                        .required(),
                Param.of(
                        "directory",
                        Schema.TEXT,
                        "Where it runs, from `flows.shell.directory`, which it is by default"),
                Param.of("input", Schema.TEXT, "What it reads from its standard input"),
                Param.of(
                        "network",
                        Schema.BOOLEAN,
                        "Whether it needs the network, which its rule must allow"),
                Param.of(
                        STATUSES,
                        Schema.listOf(Schema.number(0, MOST_STATUS)),
                        "The exit statuses that are no failure, only 0 by default"),
                Param.of(
                        "idempotent",
                        Schema.BOOLEAN,
                        "Whether running it twice does no harm; false by default"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("status", Schema.number(0, MOST_STATUS), "Its exit status"),
                Param.of("output", Schema.TEXT, "What it put out, errors too"),
                Param.of("cut", Schema.BOOLEAN, "Whether it put out more"));
    }

    @Override
    public boolean isIdempotent(Node.Members params) {
        return Params.isTrue(params, "idempotent", false);
    }

    @Override
    public Optional<String> refuses(Node.Members params) {
        if (settings.get().shell().policy().isEmpty()) {
            return Optional.of(
                    "steps run no programs here: flows.shell.policy of the daemon's settings names the policy file that says which may run");
        }
        return Params.member(params, ARGV) instanceof Node.Items items && items.nodes().isEmpty()
                ? Optional.of("shell.argv is empty: it begins with the program")
                : Optional.empty();
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        if (!input.caller().may(Need.OPERATE)) {
            end.failed(
                    new StepFailure(
                            "forbidden",
                            "only callers who may operate the daemon (the scope admin, without a tenant) run programs on its host",
                            false));
            return () -> {};
        }
        Work work = new Work(input, end);
        work.next(work::decide);
        return work::leave;
    }

    @Override
    public void stop() {
        stopped = true;
        turns.shutdown();
    }

    /** How many run or wait for their turn. */
    public int running() {
        return turns.getActiveCount() + turns.getQueue().size();
    }

    /** Why a program does not run, or did not do what it should. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final String code;

        Refusal(String code, String sentence) {
            super(sentence, null, false, false);
            this.code = code;
        }

        StepFailure failure(boolean mayPass) {
            return new StepFailure(code, String.valueOf(getMessage()), mayPass);
        }
    }

    /** One step. */
    private final class Work {
        private final StepInput input;
        private final StepEnd end;
        private volatile boolean left;
        private volatile boolean approved;
        private volatile @Nullable Runnable asking;

        Work(StepInput input, StepEnd end) {
            this.input = input;
            this.end = end;
        }

        private interface Part {
            void run() throws Refusal, ToolException, IOException;
        }

        void next(Part part) {
            try {
                workers.execute(this, () -> attempt(part));
            } catch (RejectedExecutionException _) {
                end.failed(
                        new StepFailure(
                                "overloaded",
                                "too much work waits for the daemon's threads (workers.queue): try again later",
                                true));
            }
        }

        private void attempt(Part part) {
            if (left) {
                return;
            }
            try {
                part.run();
            } catch (Refusal e) {
                end.failed(e.failure(false));
            } catch (ToolException e) {
                end.failed(new StepFailure("not_run", String.valueOf(e.getMessage()), false));
            } catch (IOException e) {
                end.failed(
                        new StepFailure("not_run", "nothing was run: " + Quoted.message(e), true));
            }
        }

        /** Blocks. */
        void decide() throws Refusal, ToolException, IOException {
            ShellSettings shell = settings.get().shell();
            Policy policy = Policy.of(shell.policy().stream().map(it -> it.rules()).toList());
            if (policy.files().isEmpty()) {
                throw new Refusal("shell_off", refuses(input.params()).orElseThrow());
            }
            try (WorkTree files = HostTools.open(shell, stateDir)) {
                Action.Command action = action(programs(files, shell));
                Decision decision = policy.decide(action);
                switch (decision.verdict()) {
                    case DENY -> {
                        write(decision, policy, "deny");
                        throw new Refusal(
                                "denied",
                                "the policy denies '%s': %s (flows.shell.policy)"
                                        .formatted(
                                                Quoted.word(action.argv().getFirst()),
                                                decision.why()));
                    }
                    case ASK -> {
                        if (approved) {
                            go(decision, policy);
                        } else {
                            input.loop().execute(() -> ask(action, decision));
                        }
                    }
                    case ALLOW -> go(decision, policy);
                }
            }
        }

        /** Blocks. */
        private void go(Decision decision, Policy policy) throws Refusal, IOException {
            write(decision, policy, "allow");
            try {
                turns.execute(() -> attempt(() -> run(decision)));
            } catch (RejectedExecutionException _) {
                throw new Refusal("stopping", "the daemon stops");
            }
        }

        private void write(Decision decision, Policy policy, String outcome) throws IOException {
            log.record(
                    new AuditEntry(
                            Instant.now(),
                            input.caller().label(),
                            input.key(),
                            name(),
                            decision.by() == null ? null : decision.rule(),
                            policy.version(),
                            AuditLog.digest(input.params().json()),
                            outcome,
                            Duration.ZERO));
        }

        /** On the run's event loop. */
        private void ask(Action.Command action, Decision decision) {
            if (left) {
                return;
            }
            Map<String, Node> question = new LinkedHashMap<>();
            question.put(
                    "question",
                    Values.text(
                            "Run '%s' on the daemon's host? %s"
                                    .formatted(
                                            Quoted.word(action.argv().getFirst()),
                                            decision.why())));
            question.put("details", input.params());
            StepInput asked =
                    new StepInput(
                            input.run(),
                            input.step(),
                            input.attempt(),
                            Values.members(question),
                            input.caller(),
                            input.tenant(),
                            input.loop(),
                            input.patience());
            asking =
                    approve.run(
                            asked,
                            new StepEnd() {
                                @Override
                                public void done(Node output) {
                                    asking = null;
                                    approved = true;
                                    next(Work.this::decide);
                                }

                                @Override
                                public void failed(StepFailure why) {
                                    asking = null;
                                    end.failed(why);
                                }
                            });
        }

        private Action.Command action(Programs programs) throws ToolException {
            return programs.plan(
                    Params.items(input.params(), ARGV).stream().map(Params::text).toList(),
                    input.text("directory", "."),
                    Params.isTrue(input.params(), "network", false));
        }

        /** Blocks until it has ended. */
        private void run(Decision decision) throws Refusal, ToolException, IOException {
            ShellSettings shell = settings.get().shell();
            int most = settings.get().maxOutputBytes() - ROOM_BYTES;
            try (WorkTree files = HostTools.open(shell, stateDir)) {
                Programs programs = programs(files, shell);
                Grant grant =
                        new Grant(
                                decision.limits(),
                                _ -> false,
                                Math.max(1, most),
                                () -> left || stopped);
                ProgramEnd ended = programs.run(action(programs), input.text("input", ""), grant);
                if (!ended.isCancelled()) {
                    tell(ended, Math.max(1, most));
                }
            }
        }

        private void tell(ProgramEnd ended, int most) {
            String program =
                    Quoted.word(Params.text(Params.items(input.params(), ARGV).getFirst()));
            if (ended.isLate()) {
                end.failed(
                        new StepFailure(
                                "timeout",
                                "'%s' was killed after %.1f s: its rule in flows.shell.policy may have a longer 'timeout'"
                                        .formatted(program, ended.timeout().toMillis() / 1000.0),
                                isIdempotent(input.params())));
                return;
            }
            List<String> good =
                    Params.items(input.params(), STATUSES).stream().map(Params::text).toList();
            String status = Integer.toString(ended.status());
            if (good.isEmpty() ? ended.status() != 0 : !good.contains(status)) {
                end.failed(
                        new StepFailure(
                                "exit_status",
                                "'%s' ended with the exit status %s%s"
                                        .formatted(program, status, last(ended.output())),
                                isIdempotent(input.params())));
                return;
            }
            end.done(output(ended, most));
        }

        /** Nobody waits for it any more. On the run's event loop. */
        void leave() {
            left = true;
            Runnable asked = asking;
            if (asked != null) {
                asked.run();
            }
        }
    }

    private static String last(String output) {
        String text = output.strip();
        return text.isEmpty()
                ? ""
                : ": " + Quoted.sentence(text.substring(Math.max(0, text.length() - SHOWN_CHARS)));
    }

    /** JSON needs more bytes than the text has. */
    private static Node output(ProgramEnd ended, int most) {
        String text = ended.output();
        boolean cut = ended.bytes() > most;
        while (Node.quote(text).length() > most) {
            text = text.substring(0, text.length() * 3 / 4);
            cut = true;
        }
        Map<String, Node> output = new LinkedHashMap<>();
        output.put("status", Values.number(ended.status()));
        output.put("output", Values.text(text));
        output.put("cut", Values.bool(cut));
        return Values.members(output);
    }

    private static Programs programs(WorkTree files, ShellSettings shell) {
        Commands commands =
                switch (shell.commands()) {
                    case CONFINED -> Commands.CONFINED;
                    case UNCONFINED -> Commands.UNCONFINED;
                };
        return new Programs(files, commands, System.getenv());
    }
}
