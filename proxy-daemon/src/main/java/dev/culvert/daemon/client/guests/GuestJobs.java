package dev.culvert.daemon.client.guests;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Does several things with guests, some at once, and tells how each ends. */
/* Ctrl-C comes on a thread of its own. It ends the waiting, and not what Proxmox does. */
public final class GuestJobs {
    /** Proxmox answers after what it has to look up, and a node that is away takes its time. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int WAIT_SECS = 1;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int ROOM_OF_A_LINE = 12;

    private static final View RESULT =
            View.of(
                    "guest",
                    Column.of("GUEST", "guest"),
                    Column.of("ACTION", "action"),
                    Column.of("STATE", "state"),
                    Column.of("TASK", "task", "upid"),
                    Column.of("ERROR", "error"));

    private static final View CALL =
            View.of(
                    "path",
                    Column.of("METHOD", "method"),
                    Column.of("PATH", "path"),
                    Column.of("PARAMETERS", value -> parameters(value.at("parameters"))));

    private final Session session;
    private final Output output;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Value> results = new ArrayList<>();
    private final TreeSet<Integer> codes = new TreeSet<>();

    /** A task that goes on. */
    private record Running(GuestJob job, TaskWatch watch, long begun, Value answer) {}

    public GuestJobs(Session session) {
        this.session = session;
        output = session.output();
    }

    /** Shows which calls of Proxmox these would be, and does nothing. */
    public int show(List<GuestJob> jobs) throws IOException {
        List<Value> calls = new ArrayList<>();
        for (GuestJob job : jobs) {
            Map<String, Value> body = new LinkedHashMap<>(job.body().map());
            body.put("dry_run", Value.of(true));
            Value would =
                    session.api()
                            .ask(
                                    Request.post(job.path(), new Value.Members(body))
                                            .patient(PATIENCE));
            for (Value call : would.at("would").list()) {
                Map<String, Value> more = new LinkedHashMap<>();
                more.put("guest", Value.of(job.guest()));
                more.putAll(call.map());
                calls.add(new Value.Members(more));
            }
        }
        output.items(calls, CALL);
        return ExitCode.OK;
    }

    private static String parameters(Value parameters) {
        List<String> each = new ArrayList<>();
        parameters.map().forEach((name, value) -> each.add(name + "=" + value.text()));
        return String.join(" ", each);
    }

    /**
     * Does them all.
     *
     * @param waits whether until the tasks are over
     * @param most how many are done at once
     * @return the exit code: 0 only if all is done, or if it does not wait
     */
    public int run(List<GuestJob> jobs, boolean waits, int most) throws IOException {
        session.around().place().onInterrupt().accept(stopped::countDown);
        Api api = session.api();
        Deque<GuestJob> left = new ArrayDeque<>(jobs);
        List<Running> running = new ArrayList<>();
        while (!left.isEmpty() || !running.isEmpty()) {
            while (!left.isEmpty() && running.size() < most && !isStopped()) {
                GuestJob job = left.remove();
                begin(api, job, waits, jobs.size() == 1, running);
            }
            if (isStopped()) {
                return interrupted(left, running);
            }
            follow(api, running);
        }
        return end();
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private void begin(Api api, GuestJob job, boolean waits, boolean isOnly, List<Running> running)
            throws IOException {
        Value answer;
        try {
            answer = api.ask(Request.post(job.path(), job.body()).patient(PATIENCE));
        } catch (IOException e) {
            boolean isUnknown = e instanceof UnreachableException away && away.mayBeTaken();
            if (isUnknown) {
                note(
                        "nobody knows whether %s has begun: look before you try again (culvert inventory tasks)"
                                .formatted(job.what()));
            }
            if (isOnly) {
                throw e;
            }
            result(
                    job,
                    isUnknown ? "unknown" : "refused",
                    Value.nothing(),
                    String.valueOf(e.getMessage()));
            codes.add(ExitCode.of(e));
            if (isUnknown) {
                return;
            }
            note(job.what() + " was refused: " + Quoted.sentence(String.valueOf(e.getMessage())));
            return;
        }
        Value task = answer.at("task");
        if (task.isNothing()) {
            result(job, "done", answer, "");
            note(output.ofRun(job.what() + " is done" + ofId(answer)));
        } else if (waits) {
            running.add(
                    new Running(job, new TaskWatch(TaskAt.of(task)), System.nanoTime(), answer));
        } else {
            result(job, "submitted", answer, "");
            note(
                    output.ofRun(
                            "%s is submitted, not done%s: culvert task show '%s' --wait"
                                    .formatted(
                                            job.what(),
                                            ofId(answer),
                                            Quoted.sentence(TaskAt.of(task).id()))));
        }
    }

    /** The id that a new guest has. */
    private static String ofId(Value answer) {
        String vmid = answer.text("vmid");
        return vmid.isEmpty() ? "" : " (id " + Quoted.word(vmid) + ")";
    }

    /** Looks at each once. */
    private void follow(Api api, List<Running> running) throws IOException {
        boolean isFirst = true;
        boolean isLost = false;
        for (Iterator<Running> each = running.iterator(); each.hasNext(); ) {
            Running one = each.next();
            if (isStopped()) {
                return;
            }
            progress(one, running.size());
            try {
                isLost |= !one.watch().look(api, isFirst ? WAIT_SECS : 0);
                isFirst = false;
            } catch (IOException e) {
                each.remove();
                unknown(one, e);
                continue;
            }
            if (one.watch().isOver()) {
                each.remove();
                over(one);
            }
        }
        if (isLost) {
            pause();
        }
    }

    private void pause() {
        try {
            var _ = stopped.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            stopped.countDown();
        }
    }

    private void progress(Running one, int all) {
        IOException lost = one.watch().lost();
        String last = lost == null ? one.watch().last() : String.valueOf(lost.getMessage());
        String line =
                "%s: %s%s%s"
                        .formatted(
                                one.job().what(),
                                took(one),
                                all == 1 ? "" : " (%d at once)".formatted(all),
                                last.isEmpty() ? "" : ", " + last);
        int most = Math.max(40, output.terminal().columns() - ROOM_OF_A_LINE);
        output.progress(Quoted.cut(line, most));
    }

    private static String took(Running one) {
        return Ages.precise(Duration.ofNanos(System.nanoTime() - one.begun()));
    }

    private void over(Running one) {
        Value task = one.watch().task();
        Map<String, Value> answer = new LinkedHashMap<>(one.answer().map());
        answer.put("task", task);
        String exit = Quoted.sentence(task.text("exit"));
        String what = one.job().what();
        if (one.watch().hasFailed()) {
            codes.add(ExitCode.FAILED);
            result(one.job(), "failed", new Value.Members(answer), exit);
            note(
                    "%s failed after %s: %s (culvert task show '%s')"
                            .formatted(
                                    what, took(one), exit, Quoted.sentence(one.watch().at().id())));
            return;
        }
        result(one.job(), "done", new Value.Members(answer), "");
        String warned = task.text("state").equals("warnings") ? ", with " + exit : "";
        note(
                output.ofRun(
                        "%s is done after %s%s%s"
                                .formatted(what, took(one), warned, ofId(one.answer()))));
    }

    private void unknown(Running one, IOException e) {
        codes.add(ExitCode.of(e));
        String why = String.valueOf(e.getMessage());
        result(one.job(), "unknown", one.answer(), why);
        note(
                "nobody knows how %s ended: %s; it may go on in Proxmox: culvert task show '%s'"
                        .formatted(
                                one.job().what(),
                                Quoted.sentence(why),
                                Quoted.sentence(one.watch().at().id())));
    }

    private int interrupted(Deque<GuestJob> left, List<Running> running) {
        for (Running one : running) {
            result(one.job(), "submitted", one.answer(), "");
            note(
                    "%s goes on in Proxmox, only the waiting has ended: culvert task show '%s' --wait"
                            .formatted(one.job().what(), Quoted.sentence(one.watch().at().id())));
        }
        for (GuestJob job : left) {
            result(job, "not begun", Value.nothing(), "");
        }
        if (!left.isEmpty()) {
            note("%d more were not begun".formatted(left.size()));
        }
        int _ = end();
        return ExitCode.INTERRUPTED;
    }

    private int end() {
        output.progressEnds();
        if (output.format() != Format.TABLE) {
            output.items(results, RESULT);
        }
        if (results.size() > 1) {
            long submitted = count("submitted");
            String more = submitted == 0 ? "" : ", %d are submitted".formatted(submitted);
            note("%d of %d are done%s".formatted(count("done"), results.size(), more));
        }
        return codes.isEmpty() ? ExitCode.OK : codes.size() == 1 ? codes.first() : ExitCode.FAILED;
    }

    private long count(String state) {
        return results.stream().filter(it -> it.text("state").equals(state)).count();
    }

    private void result(GuestJob job, String state, Value answer, String error) {
        Map<String, Value> result = new LinkedHashMap<>();
        result.put("guest", Value.of(job.guest()));
        result.put("action", Value.of(job.action()));
        result.put("state", Value.of(state));
        result.putAll(answer.map());
        result.remove("done");
        if (!error.isEmpty()) {
            result.put("error", Value.of(error));
        }
        results.add(new Value.Members(result));
    }

    private void note(String sentence) {
        output.progressEnds();
        output.note(sentence);
    }
}
