package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.TaskAt;
import dev.culvert.daemon.client.guests.TaskWatch;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert task …}. */
@Command(
        name = "task",
        description = "Shows what becomes of work that Proxmox does.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class TaskCommand implements Verb {
    private static final View ONE =
            View.of(
                    "upid",
                    Column.of("task", "upid"),
                    Column.of("server", "server"),
                    Column.of("node", "node"),
                    Column.of("type", "type"),
                    Column.of("about", "id"),
                    Column.of("user", "user"),
                    Column.of("state", "state").in(TaskCommand::tone),
                    Column.of("exit", "exit"),
                    Column.of("begun", "begun"),
                    Column.of("ended", "ended"));

    @Spec private CommandSpec spec = CommandSpec.create();

    private TaskCommand() {}

    static CommandLine with(Session session) {
        return new CommandLine(new TaskCommand()).addSubcommand(new Show(session));
    }

    @Override
    public int run() throws IOException {
        throw new CommandLine.ParameterException(spec.commandLine(), "say which COMMAND: show");
    }

    private static Tone tone(Value task) {
        return switch (task.text("state")) {
            case "ok" -> Tone.GOOD;
            case "failed", "warnings" -> Tone.BAD;
            default -> Tone.PLAIN;
        };
    }

    @Command(
            name = "show",
            description =
                    "Shows a task of Proxmox, with its log; with --wait, until it has ended. Exits"
                            + " with 1 if it has failed.",
            mixinStandardHelpOptions = true)
    private static final class Show implements Verb {
        private static final int WAIT_SECS = 1;

        private final Session session;
        private final CountDownLatch stopped = new CountDownLatch(1);

        @Parameters(
                paramLabel = "TASK",
                description = "SERVER/UPID:…, or UPID:… if there is one Proxmox server.")
        private String task = "";

        @Option(names = "--wait", description = "Follow it to its end.")
        private boolean wait;

        private Show(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            if (wait) {
                session.around().place().onInterrupt().accept(stopped::countDown);
            }
            Api api = session.api();
            TaskWatch watch = new TaskWatch(at(api));
            List<Value> log = new ArrayList<>();
            boolean prints = session.output().format() == Format.TABLE;
            boolean isAsked = watch.look(api, 0);
            IOException away = watch.lost();
            if (away != null) { // it may be long over: only one that was seen is waited for
                throw away;
            }
            while (true) {
                log.addAll(watch.lines());
                if (prints) {
                    watch.lines()
                            .forEach(line -> session.output().line(Quoted.sentence(line.text())));
                    session.around().out().flush();
                }
                if (watch.isOver() || (isAsked && !wait && watch.lines().isEmpty())) {
                    break;
                }
                if (stopped.getCount() == 0 || (!isAsked && pause())) {
                    session.output()
                            .note("the task goes on in Proxmox, only the following has ended");
                    return ExitCode.INTERRUPTED;
                }
                isAsked = watch.look(api, wait ? WAIT_SECS : 0);
            }
            show(watch.task(), log);
            return watch.hasFailed() ? ExitCode.FAILED : ExitCode.OK;
        }

        /** Whether Ctrl-C came meanwhile. */
        private boolean pause() {
            try {
                return stopped.await(1, TimeUnit.SECONDS);
            } catch (InterruptedException _) {
                return true;
            }
        }

        private void show(Value shown, List<Value> log) {
            Map<String, Value> all = new LinkedHashMap<>(shown.map());
            all.put("log", Value.of(log));
            session.output().item(new Value.Members(all), ONE);
        }

        private TaskAt at(Api api) throws IOException {
            int slash = task.indexOf('/');
            if (slash > 0) {
                return new TaskAt(task.substring(0, slash), task.substring(slash + 1));
            }
            List<Value> servers = api.get("/api/v1/inventory/servers").at("servers").list();
            if (servers.size() == 1) {
                return new TaskAt(servers.getFirst().text("name"), task);
            }
            throw new UsageException(
                    "'%s' does not say on which of %d Proxmox servers: give SERVER/UPID"
                            .formatted(Quoted.sentence(task), servers.size()));
        }
    }
}
