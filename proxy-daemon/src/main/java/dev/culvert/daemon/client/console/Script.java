package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.chat.Speaker;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lines of the console without a terminal: {@code culvert exec} and {@code culvert -f}. */
public final class Script {
    private final Surroundings around;
    private final Output output;
    private final Desk desk;
    private final Dispatch dispatch;
    private final Options options;
    private final AtomicReference<@Nullable Stop> running = new AtomicReference<>();

    /**
     * A line of it.
     *
     * @param where for messages; empty where there is but one
     */
    public record Step(String where, String text) {}

    private final class Nobody implements Seat {
        @Override
        public int run(Work work) throws IOException {
            Stop stop = new Stop();
            running.set(stop);
            try {
                return work.run(stop);
            } finally {
                running.set(null);
            }
        }

        @Override
        public int talk(Speaker speaker, String words) throws IOException {
            return run(stop -> {
                stop.onStop(speaker::stop);
                return speaker.say(words);
            });
        }

        @Override
        public boolean agrees(String question, Stop stop) {
            return options.yes();
        }

        @Override
        public boolean isTerminal() {
            return false;
        }

        @Override
        public Optional<Frames> frames() {
            return Optional.empty();
        }

        @Override
        public String status() {
            return "";
        }

        @Override
        public void clear() {}

        @Override
        public void prefill(String text) {}
    }

    public Script(
            Surroundings around,
            Output output,
            Options options,
            Commands commands,
            Names names,
            Speakers speakers) {
        this.around = around;
        this.output = output;
        this.options = options;
        desk = new Desk(options.mode());
        if (options.agentsPlan()) {
            desk.agentsPlan();
        }
        desk.catalogue(commands.catalogue());
        dispatch =
                new Dispatch(
                        desk,
                        options,
                        new Nobody(),
                        output,
                        new Dispatch.Parts(around, commands, names, speakers));
    }

    /**
     * The steps of a file: its lines, but for blank ones and those that begin with {@code #}. A
     * backslash at the end of a line joins it with the next.
     */
    public static List<Step> steps(String file, String text) {
        List<Step> steps = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int number = 0;
        int begun = 0;
        for (String each : text.lines().toList()) {
            number++;
            if (line.isEmpty()) {
                begun = number;
            }
            if (each.endsWith("\\")) {
                line.append(each, 0, each.length() - 1).append(' ');
                continue;
            }
            String whole = line.append(each).toString();
            line.setLength(0);
            if (!whole.isBlank() && !whole.strip().startsWith("#")) {
                steps.add(new Step(file + ":" + begun, whole));
            }
        }
        if (!line.isEmpty()) {
            steps.add(new Step(file + ":" + begun, line.toString()));
        }
        return steps;
    }

    /**
     * Runs them, until one fails.
     *
     * @param keepGoing whether those after it run as well
     * @return the exit code of the first that failed
     */
    public int run(List<Step> steps, boolean keepGoing) throws IOException {
        around.place().onInterrupt().accept(this::interrupt);
        int failed = ExitCode.OK;
        try {
            for (Step step : steps) {
                int code = dispatch.line(step.text());
                if (code != ExitCode.OK) {
                    if (!step.where().isEmpty()) {
                        output.note(
                                "%s: exit code %d%s"
                                        .formatted(
                                                Quoted.page(step.where()),
                                                code,
                                                keepGoing ? "" : ", so it ends here"));
                    }
                    failed = failed == ExitCode.OK ? code : failed;
                }
                if (desk.hasEnded()
                        || code == ExitCode.INTERRUPTED
                        || (failed != ExitCode.OK && !keepGoing)) {
                    break;
                }
            }
        } finally {
            desk.hangUp();
            desk.noOut();
            around.out().flush();
        }
        return failed;
    }

    private void interrupt() {
        Stop stop = running.get();
        if (stop == null || stop.isAsked()) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        } else {
            stop.ask();
        }
    }
}
