package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Texts that would forge a line in a log, in every place that a guest or a client can fill. */
final class Scribbles {
    private static final int RECEIVE_BYTES = 64 * 1024;
    private static final int MOST_CHARS = 6_000;

    /** Some guests never give a valid answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Characters that move a cursor, end a line or end a text. */
    private static final String[] CONTROLS = {
        "\n",
        "\r",
        "\r\n",
        "\u001b[31m",
        "\u001b]0;title\u0007",
        "\u0000",
        "\b",
        "\f",
        "\u007f",
        "\u0085",
        "\u009b2J",
        "\u2028",
        "\u2029"
    };

    private final String forged;
    private final String text;

    Scribbles(long seed) {
        forged = "ERROR Daemon - forged line " + seed;
        text = text(forged, Draw.of(seed));
    }

    /** The start of a log line. */
    String forged() {
        return forged;
    }

    private static String text(String forged, Draw draw) {
        StringBuilder text = new StringBuilder("a\n").append(forged);
        for (int i = draw.between(3, 30); i > 0; i--) {
            text.append(draw.between(0, 9)).append(CONTROLS[draw.between(0, CONTROLS.length - 1)]);
        }
        return text.append("x".repeat(draw.between(3_000, MOST_CHARS))).toString();
    }

    /** As a JSON string. */
    private String json() {
        return '"' + ScriptedRuntime.quoted(text) + '"';
    }

    /** Short enough for an id. */
    private String id() {
        return ScriptedRuntime.quoted("a\n" + forged + "\u001b[0m\u0000");
    }

    /** Guests, each with another habit. */
    List<Habit> habits() {
        String json = json();
        List<Habit> habits = new ArrayList<>();
        habits.add(
                opening(
                        "{\"type\":\"heartbeat\",\"id\":\"\",\"payload\":{\"status\":%1$s,\"protocol\":%1$s,\"features\":[%1$s],\"instance\":%1$s,\"agent_version\":%1$s,%1$s:%1$s}}"
                                .formatted(json)));
        habits.add(
                opening(
                        "{\"type\":\"error\",\"id\":\"\",\"payload\":{\"code\":%1$s,\"message\":%1$s}}"
                                .formatted(json)));
        habits.add(opening("{\"type\":\"error\",\"id\":\"\",\"payload\":%s}".formatted(json)));
        habits.add(opening("{\"type\":%s,\"id\":\"\"}".formatted(json)));
        habits.add(
                opening(
                        "{\"type\":\"chunk\",\"id\":\"%s\",\"payload\":{\"content\":%s,\"done\":true}}"
                                .formatted(id(), json)));
        habits.add(opening("{\"type\":\"pong\",\"id\":%s}".formatted(json)));
        habits.add(
                opening(
                        "{\"type\":\"pong\",\"traceparent\":%1$s,%1$s:%1$s,\"type\":%1$s}"
                                .formatted(json)));
        habits.add(raw(GuestLink.frame(text)));
        habits.add(raw(GuestLink.frame("{\"type\":\"" + text + "\"}")));
        habits.add(raw(("HTTP/1.1 400 " + text).getBytes(UTF_8)));
        habits.add(
                answering("error", "{\"code\":%1$s,\"message\":%1$s,%1$s:%1$s}".formatted(json)));
        habits.add(answering("error", "{\"code\":\"internal\",\"message\":%s}".formatted(json)));
        habits.add(
                answering("tool_blocked", "{\"tool_name\":%1$s,\"reason\":%1$s}".formatted(json)));
        habits.add(
                answering(
                        "chunk",
                        "{\"content\":%1$s,\"done\":true,\"finish_reason\":%1$s,\"usage\":%1$s}"
                                .formatted(json)));
        habits.add(answering("chunk", "{\"content\":[%1$s],\"done\":%1$s}".formatted(json)));
        habits.add(answering("config_ack", "{\"applied\":%s}".formatted(json)));
        habits.add(answering(ScriptedRuntime.quoted(text), json));
        return habits;
    }

    private static Habit opening(String frame) {
        return raw(GuestLink.frame(frame));
    }

    private static Habit raw(byte[] bytes) {
        return new Habit() {
            @Override
            public void onLink(GuestLink link) throws IOException {
                link.write(bytes);
            }
        };
    }

    /** Gives the same answer to every request. */
    private static Habit answering(String type, String payload) {
        return new Habit() {
            @Override
            public void onMessage(GuestLink link, String id) throws IOException {
                link.send(type, id, payload);
            }

            @Override
            public void onPing(GuestLink link, String id) throws IOException {
                link.send(type, id, payload);
            }

            @Override
            public void onUpdate(GuestLink link, String id) throws IOException {
                link.send(type, id, payload);
            }
        };
    }

    /** Sends every kind of request to the guests. The answers do not matter. */
    void provoke(Endpoint daemon, List<String> agents) {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            agents.forEach(agent -> clients.submit(() -> provoke(daemon, agent)));
        }
    }

    private void provoke(Endpoint daemon, String agent) {
        String path = "/api/v1/agents/" + agent;
        ask(daemon, "POST", path + "/message", "{\"role\":\"user\",\"content\":\"hi\"}");
        ask(daemon, "POST", path + "/stream", "{\"role\":\"user\",\"content\":\"hi\"}");
        ask(daemon, "POST", path + "/ping", "");
        ask(daemon, "POST", path + "/context", "{\"context\":" + json() + "}");
        ask(
                daemon,
                "PUT",
                path + "/config",
                "{\"config\":{" + json() + ":1},\"tool_allowlist\":[" + json() + "]}");
        ask(daemon, "GET", path, "");
    }

    /** Sends scribbles to the daemon in every place that a client can fill. */
    void scribble(Endpoint daemon) {
        String encoded =
                "a%0A" + forged.replace(" ", "%20") + "%1B%5B31m%00%C2%9B" + "x".repeat(MOST_CHARS);
        ask(daemon, "GET", "/" + encoded, "");
        ask(daemon, "GET", "/api/v1/agents/" + encoded, "");
        ask(daemon, "DELETE", "/api/v1/turns/" + encoded, "");
        ask(daemon, "GET", "/api/v1/turns/" + encoded + "/stream?after=" + encoded, "");
        ask(daemon, "GET", "/api/v1/agents?state=" + encoded + "&after=" + encoded, "");
        ask(daemon, "PUT", "/api/v1/agents/scribbled", "{\"address\":" + json() + "}");
        ask(daemon, "PUT", "/api/v1/agents/scribbled", "{" + json() + ":" + json() + "}");
        ask(daemon, "POST", "/api/v1/agents/" + HostileStage.HONEST.getFirst() + "/message", text);
        String line = "a\u009b" + forged + "\u007f" + "x".repeat(MOST_CHARS);
        for (String name :
                List.of(
                        "x-request-id",
                        "last-event-id",
                        "idempotency-key",
                        "traceparent",
                        "host",
                        "origin",
                        line)) {
            ask(
                    daemon,
                    "POST",
                    "/api/v1/agents/" + HostileStage.HONEST.getFirst() + "/stream",
                    "{\"role\":\"user\",\"content\":\"hi\"}",
                    Map.of(name, line));
        }
    }

    private static void ask(Endpoint daemon, String method, String target, String body) {
        ask(daemon, method, target, body, Map.of());
    }

    private static void ask(
            Endpoint daemon, String method, String target, String body, Map<String, String> with) {
        try (HttpCall call = new HttpCall(daemon, PATIENCE, RECEIVE_BYTES)) {
            call.ask(method, target, with, body);
        } catch (IOException _) {
            // Any refusal is fine.
        }
    }
}
