package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert ping AGENT}. */
@Command(
        name = "ping",
        description = "Measures the way to an agent and back, hop by hop.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The hops:",
            "  connect  a connection to the daemon, TLS included: the best of five",
            "  http     a request that asks nothing of an agent, without connect: the best of five",
            "  dial     a connection from the daemon to the agent; about nothing if one is open",
            "  frame    a ping to the agent and its pong, without what follows",
            "  guest    what the agent itself took, if it says so",
            "  runtime  until the LLM runtime in the VM answered the agent, if it says so",
            "",
            "If the runtime does not answer, the exit code is 1."
        })
final class PingCommand implements Verb {
    /** The first time, this program itself takes longer than the daemon. */
    private static final int TRIES = 5;

    private static final View VIEW =
            View.of(
                    "agent",
                    Column.of("HOP", "hop"),
                    Column.number(
                            "TIME",
                            value -> Ages.precise(Duration.ofNanos(1_000 * value.number(0, "us")))),
                    Column.of("NOTE", "note"));

    private final Session session;

    @Parameters(paramLabel = "AGENT", description = "Its name.")
    private String agent = "";

    PingCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        Map<String, Value> hops = new LinkedHashMap<>();
        long connect = Long.MAX_VALUE;
        long http = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            connect = Math.min(connect, micros(api.connectTime()));
            long before = System.nanoTime();
            api.get("/livez");
            http = Math.min(http, micros(Duration.ofNanos(System.nanoTime() - before)));
        }
        hops.put("connect_us", Value.of(connect));
        hops.put("http_us", Value.of(Math.max(0, http - connect)));
        Value answer = api.ask(Request.post(AgentsCommand.path(agent) + "/ping"));
        add(hops, "dial_us", answer.at("dial_us"));
        hops.put("frame_us", Value.of(frame(answer)));
        add(hops, "guest_us", answer.at("guest_us"));
        add(hops, "runtime_us", answer.at("runtime_us"));
        String error = answer.text("runtime_error");
        print(hops, answer, error);
        return error.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** The round trip without what the agent says that it and its runtime took. */
    private static long frame(Value answer) {
        return Math.max(
                0,
                answer.number(0, "round_trip_us")
                        - answer.number(0, "guest_us")
                        - answer.number(0, "runtime_us"));
    }

    private void print(Map<String, Value> hops, Value answer, String error) throws IOException {
        String status = answer.text("runtime_status");
        if (session.output().format() == Format.TABLE) {
            List<Value> rows = new ArrayList<>();
            hops.forEach((name, time) ->
                    rows.add(
                            Value.members(
                                    "hop",
                                    name.replace("_us", ""),
                                    "us",
                                    time,
                                    "note",
                                    name.equals("runtime_us") ? note(status, error) : "")));
            session.output().items(rows, VIEW);
        } else {
            Map<String, Value> members = new LinkedHashMap<>(Map.of("agent", Value.of(agent)));
            members.putAll(hops);
            add(members, "runtime_status", answer.at("runtime_status"));
            add(members, "runtime_error", answer.at("runtime_error"));
            session.output().item(new Value.Members(members), VIEW);
        }
    }

    private static String note(String status, String error) {
        if (!error.isEmpty()) {
            return error;
        }
        return status.isEmpty() ? "" : "it answered " + status;
    }

    private static void add(Map<String, Value> hops, String name, Value time) {
        if (!time.isNothing()) {
            hops.put(name, time);
        }
    }

    private static long micros(Duration time) {
        return time.toNanos() / 1_000;
    }
}
