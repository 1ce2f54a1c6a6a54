package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A server that answers as a test says; each message may have any number of answers. */
final class ScriptedWire implements Wire {
    final List<Outgoing> sent = new ArrayList<>();
    final Arrivals unasked = new Arrivals(1 << 20);
    private final boolean shared;
    private final Function<Outgoing, List<String>> script;

    ScriptedWire(boolean shared, Function<Outgoing, List<String>> script) {
        this.shared = shared;
        this.script = script;
    }

    static String result(Outgoing to, String json) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + to.id() + ",\"result\":" + json + "}";
    }

    static String error(Outgoing to, int code, String data) {
        return "{\"jsonrpc\":\"2.0\",\"id\":"
                + to.id()
                + ",\"error\":{\"code\":"
                + code
                + ",\"message\":\"no\",\"data\":"
                + data
                + "}}";
    }

    /** What was sent by this method. */
    List<String> sent(String method) {
        return sent.stream().filter(it -> it.method().equals(method)).map(Outgoing::json).toList();
    }

    @Override
    public Arrivals send(Outgoing message) {
        sent.add(message);
        Arrivals arrivals = new Arrivals(1 << 20);
        for (String answer : script.apply(message)) {
            if (answer.startsWith("END ")) {
                arrivals.end(answer.substring(4), true);
            } else {
                arrivals.offer(answer.getBytes(UTF_8));
            }
        }
        return arrivals;
    }

    @Override
    public void forget(long id) {}

    @Override
    public boolean isShared() {
        return shared;
    }

    @Override
    public Arrivals unasked(String revision) {
        return unasked;
    }

    @Override
    public void close() {}
}
