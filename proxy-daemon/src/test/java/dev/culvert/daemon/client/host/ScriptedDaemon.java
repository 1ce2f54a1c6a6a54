package dev.culvert.daemon.client.host;

import java.util.HashMap;
import java.util.Map;

/** A daemon that answers what a test wants, and 404 to everything else. */
public final class ScriptedDaemon implements DaemonAnswers {
    private final Map<String, Reply> replies = new HashMap<>();

    public ScriptedDaemon on(String request, int status, String body) {
        replies.put(request, new Reply(status, body));
        return this;
    }

    @Override
    public String target() {
        return "http://127.0.0.1:8470";
    }

    @Override
    public Reply send(String method, String path) {
        return replies.getOrDefault(
                method + " " + path, new Reply(404, "{\"error\": \"There is nothing here.\"}"));
    }
}
