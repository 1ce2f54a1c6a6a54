package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.value.Value;
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
        description = "Measures the way to an agent, hop by hop.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The hops:",
            "  connect  a connection to the daemon, TLS included: the best of five",
            "  http     a request that asks nothing of an agent, without connect: the best of five",
            "  dial     a connection from the daemon to the agent; about nothing if one is open",
            "  frame    a ping to the agent and its pong",
            "  guest    what the agent took of that, if it says so",
            "  runtime  the LLM runtime in the VM, if the agent says so"
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
                            value ->
                                    Ages.precise(Duration.ofNanos(1_000 * value.number(0, "us")))));

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
        add(hops, "frame_us", answer.at("round_trip_us"));
        add(hops, "guest_us", answer.at("guest_us"));
        add(hops, "runtime_us", answer.at("runtime_us"));

        if (session.output().format() == Format.TABLE) {
            List<Value> rows = new ArrayList<>();
            hops.forEach((name, time) ->
                    rows.add(Value.members("hop", name.replace("_us", ""), "us", time)));
            session.output().items(rows, VIEW);
        } else {
            Map<String, Value> members = new LinkedHashMap<>(Map.of("agent", Value.of(agent)));
            members.putAll(hops);
            session.output().item(new Value.Members(members), VIEW);
        }
        return ExitCode.OK;
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
