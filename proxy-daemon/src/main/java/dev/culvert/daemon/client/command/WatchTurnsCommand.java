package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.TurnStream;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code culvert turns watch [TURN]}. */
@Command(
        name = "watch",
        description =
                "With the id of a turn, prints its text as it comes, beside the client that reads"
                        + " it and without slowing it; what came before is missing. Without, prints"
                        + " each turn when it begins, changes its state or is forgotten, until"
                        + " Ctrl-C.",
        mixinStandardHelpOptions = true,
        footer = {"", "With --output json or jsonl, each change or event is one line."})
final class WatchTurnsCommand implements Verb {
    private final Session session;

    @Parameters(arity = "0..1", paramLabel = "TURN", description = "The id of one turn.")
    private @Nullable String turn;

    @Mixin private final LookFlags flags = new LookFlags();

    WatchTurnsCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        if (turn == null) {
            return all(api);
        } else if (flags.agent() != null) {
            throw new UsageException("--agent goes with all turns, and TURN names one: give one");
        }
        return one(api, turn);
    }

    /** Leaves the turn as it is, also on Ctrl-C. */
    private int one(Api api, String id) throws IOException {
        Output output = session.output();
        AtomicBoolean stopped = new AtomicBoolean();
        try (TurnStream stream =
                TurnStream.watching(
                        api,
                        id,
                        TurnStream.Resuming.USUAL,
                        loss ->
                                output.note(
                                        "the connection was lost (%s): watching again"
                                                .formatted(loss.getMessage())))) {
            Runnable stop =
                    () -> {
                        stopped.set(true);
                        close(stream);
                    };
            session.around().place().onInterrupt().accept(stop);
            return new TurnPrinter(output, stop, stopped::get).print(stream);
        }
    }

    private static void close(TurnStream stream) {
        try {
            stream.close();
        } catch (IOException _) {
            // nothing is left to be closed
        }
    }

    private int all(Api api) throws IOException {
        AgentsCommand.require(api, flags.agent());
        Output output = session.output();
        Map<String, Value> known = new LinkedHashMap<>();
        while (!output.isBroken()) {
            Map<String, Value> now = new LinkedHashMap<>();
            TurnsCommand.inProgress(api, flags.agent()).forEach(it -> now.put(it.text("turn"), it));
            now.forEach((id, it) -> {
                Value before = known.getOrDefault(id, Value.nothing());
                if (!before.text("state").equals(it.text("state"))) {
                    output.event(it, TurnsCommand.LIST);
                }
            });
            known.forEach((id, it) -> {
                if (!now.containsKey(id)) {
                    output.event(forgotten(it), TurnsCommand.LIST);
                }
            });
            known.clear();
            known.putAll(now);
            try {
                Thread.sleep(flags.interval());
            } catch (InterruptedException _) {
                return ExitCode.INTERRUPTED;
            }
        }
        return ExitCode.OK;
    }

    private static Value forgotten(Value it) {
        return Value.members(
                "turn", it.text("turn"), "agent", it.text("agent"), "state", "forgotten");
    }
}
