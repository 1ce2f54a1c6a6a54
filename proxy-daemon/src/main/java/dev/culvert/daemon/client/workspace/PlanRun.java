package dev.culvert.daemon.client.workspace;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.infra.Change;
import dev.culvert.infra.Change.Action;
import dev.culvert.infra.Change.Step;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.Happened;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.infra.Observed;
import dev.culvert.infra.Plan;
import dev.culvert.infra.Reality;
import dev.culvert.infra.Staleness;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Applies a plan, step by step, and stops at the first that fails. */
public final class PlanRun {
    /** How long one answer about a task may wait for something new. */
    private static final int WAIT_SECONDS = 10;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Workspace workspace;
    private final Plan plan;
    private final Api api;
    private final RunListener listener;

    public PlanRun(Workspace workspace, Plan plan, Api api, RunListener listener) {
        this.workspace = workspace;
        this.plan = plan;
        this.api = api;
        this.listener = listener;
    }

    /**
     * Does what is left of it.
     *
     * @throws IOException if something of what it saw has changed, or a step fails: then the
     *     message says which
     */
    public void run() throws IOException {
        try (RunLock _ = RunLock.take(workspace, plan.shortDigest());
                Journal journal = Journal.open(workspace, plan)) {
            if (journal.isOver()) {
                throw new IOException(
                        "the plan %s was applied already: culvert plan makes a new one"
                                .formatted(plan.shortDigest()));
            }
            List<String> changed = Staleness.of(plan, new AskedReality(api), touched(journal));
            if (!changed.isEmpty()) {
                throw new IOException(
                        "something has changed since the plan was made, so %s: make a new one with culvert plan\n  %s"
                                .formatted(
                                        journal.isNew() ? "nothing was done" : "it does not go on",
                                        String.join("\n  ", changed)));
            }
            if (journal.isNew()) {
                backup();
            }
            steps(journal);
            journal.over();
        }
    }

    private Set<GuestId> touched(Journal journal) {
        Set<GuestId> touched = new HashSet<>();
        for (Change change : plan.changes()) {
            if (journal.hasTouched(change.id())) {
                touched.add(change.id());
            }
        }
        return touched;
    }

    /** The configuration of all guests that the plan changes, as it is now. */
    private void backup() throws IOException {
        List<GuestId> ids = plan.changes().stream().map(Change::id).toList();
        List<Value> guests =
                new AskedReality(api).guests(ids).values().stream().map(Observed::whole).toList();
        Path file =
                workspace
                        .state()
                        .resolve("backups")
                        .resolve(TIME.format(Instant.now()) + "-" + plan.shortDigest() + ".json");
        Workspace.writeState(
                file,
                Value.members(
                        "plan", plan.digest(),
                        "state", Managed.read(workspace).value(),
                        "desired", Value.of(plan.desired()),
                        "guests", Value.of(guests)));
    }

    private void steps(Journal journal) throws IOException {
        int all = plan.changes().stream().mapToInt(it -> it.steps().size()).sum();
        int number = 0;
        for (Change change : plan.changes()) {
            for (int i = 0; i < change.steps().size(); i++) {
                number++;
                String name = change.id() + "#" + i;
                Step step = change.steps().get(i);
                if (journal.isDone(name)) {
                    listener.wasDone(change, step);
                    continue;
                }
                listener.begins(change, step, number, all);
                long before = System.nanoTime();
                try {
                    step(journal, name, change, step);
                } catch (IOException e) {
                    journal.failed(name, Quoted.message(e));
                    throw stopped(change, step, number, all, e);
                }
                journal.done(name);
                listener.done(change, step, Duration.ofNanos(System.nanoTime() - before));
            }
            remember(change);
        }
    }

    private StoppedException stopped(
            Change change, Step step, int number, int all, IOException why) {
        String message =
                "stopped at step %d of %d (%s of %s, %s): %s\nThe steps before it are done. culvert apply %s goes on with this one."
                        .formatted(
                                number,
                                all,
                                step.what(),
                                change.id(),
                                change.name(),
                                why.getMessage(),
                                plan.shortDigest());
        return new StoppedException(message, why);
    }

    private void step(Journal journal, String name, Change change, Step step) throws IOException {
        boolean isAgain = journal.isOpen(name);
        Value task = isAgain ? journal.task().orElse(Value.nothing()) : Value.nothing();
        if (task.isNothing()) {
            // A run may have been killed after the daemon got the step, and before its answer was
            // kept.
            if (isAgain && Happened.is(change, step, new AskedReality(api))) {
                return;
            }
            journal.begin(name, change.id());
            Value answer;
            try {
                answer = api.ask(Request.post(step.path(), step.body()));
            } catch (ProblemException e) {
                if (step.action().equals("destroy") && e.status() == 404) {
                    return;
                }
                throw e;
            }
            task = answer.at("task");
            if (task.isNothing()) {
                return;
            }
            journal.task(name, task);
        }
        await(task);
    }

    /** Waits for a task, and tells what it says. */
    private void await(Value task) throws IOException {
        String path =
                Reality.INVENTORY
                        + "/tasks/"
                        + Request.segment(task.text("server"))
                        + "/"
                        + Request.segment(task.text("upid"));
        long after = 0;
        while (true) {
            Value answer =
                    api.ask(
                            Request.get(
                                            "%s?wait=%d&log_after=%d"
                                                    .formatted(path, WAIT_SECONDS, after))
                                    .patient(api.timeout().plus(Duration.ofSeconds(WAIT_SECONDS))));
            answer.at("log").list().forEach(it -> listener.says(it.text()));
            after = answer.number(after, "log_next");
            switch (answer.at("task").text("state")) {
                case "ok", "warnings" -> {
                    return;
                }
                case "failed" -> {
                    String exit = answer.at("task").text("exit");
                    throw new IOException(
                            "the task failed: " + (exit.isEmpty() ? "no reason was given" : exit));
                }
                default -> {}
            }
        }
    }

    private void remember(Change change) throws IOException {
        Managed managed = Managed.read(workspace);
        if (change.action() == Action.DESTROY) {
            managed.remove(change.id());
        } else {
            managed.add(ManagedGuest.after(change));
        }
        managed.write();
    }
}
