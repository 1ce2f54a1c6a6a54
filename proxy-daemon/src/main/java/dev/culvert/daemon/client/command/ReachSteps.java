package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What {@code culvert reach} does, step by step, and what came of each. */
final class ReachSteps {
    private static final String KEYS = "/api/v1/keys";
    private static final String TUNNELS = "/api/v1/tunnels";
    private static final int CONFLICT = 409;
    private static final int MOST_URLS = 16;

    /** More than the daemon waits for a tunnel, or for a check. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Api api;
    private final Consumer<String> progress;
    private final List<Value> done = new ArrayList<>();
    private List<Value> tunnels = List.of();

    ReachSteps(Api api, Consumer<String> progress) {
        this.api = api;
        this.progress = progress;
    }

    /** What came of each step, in their order. */
    List<Value> done() {
        return List.copyOf(done);
    }

    private void add(String step, String state, boolean ok, String detail) {
        done.add(Value.members("step", step, "state", state, "ok", ok, "detail", detail));
    }

    /** A daemon without a {@code state_dir} can have none. False if there are none. */
    boolean findTunnels() throws IOException {
        progress.accept("looking at the tunnels");
        try {
            tunnels = Session.pages(api, TUNNELS, "", "tunnels");
        } catch (ProblemException e) {
            if (e.status() != CONFLICT) {
                throw e;
            }
            add("tunnels", "none", true, e.problem().text("error"));
            return false;
        }
        if (tunnels.isEmpty()) {
            add(
                    "tunnels",
                    "none",
                    true,
                    "The daemon has none: add one with culvert tunnel add, or in the setting"
                            + " tunnels.");
        }
        return !tunnels.isEmpty();
    }

    private Set<String> namedKeys() {
        return tunnels.stream()
                .map(it -> it.text("key"))
                .filter(it -> !it.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Set<String> keys() throws IOException {
        return Session.pages(api, KEYS, "", "keys").stream()
                .map(it -> it.text("name"))
                .collect(Collectors.toSet());
    }

    void makeKeys(boolean dry) throws IOException {
        Set<String> there = keys();
        for (String key : namedKeys()) {
            String step = "key " + key;
            String next = "Put it on the server: culvert keys show " + key;
            if (there.contains(key)) {
                add(step, "there", true, "");
            } else if (dry) {
                add(step, "would make", true, next);
            } else {
                progress.accept("making the key " + key);
                attempt(
                        step,
                        () -> {
                            api.ask(
                                    Request.post(
                                            KEYS, Value.members("name", key, "type", "ed25519")));
                            add(step, "made", true, next);
                        });
            }
        }
    }

    void lookAtKeys() throws IOException {
        Set<String> there = keys();
        for (String key : namedKeys()) {
            boolean isThere = there.contains(key);
            add(
                    "key " + key,
                    isThere ? "there" : "missing",
                    isThere,
                    isThere ? "" : "Make it: culvert reach setup");
        }
    }

    void startTunnels(boolean dry) throws IOException {
        for (Value tunnel : tunnels) {
            String name = tunnel.text("name");
            String step = "tunnel " + name;
            if (isUp(tunnel)) {
                add(step, "up", true, "since " + tunnel.text("since"));
            } else if (dry) {
                add(step, "would start", true, "to " + tunnel.text("server"));
            } else {
                progress.accept("starting the tunnel " + name);
                attempt(
                        step,
                        () ->
                                addState(
                                        api.ask(
                                                Request.post(path(name) + "/start")
                                                        .patient(PATIENCE))));
            }
        }
    }

    void lookAtTunnels() {
        for (Value tunnel : tunnels) {
            if (tunnel.text("wanted").equals("true")) {
                addState(tunnel);
            } else {
                add(
                        "tunnel " + tunnel.text("name"),
                        "stopped",
                        true,
                        "Start it: culvert tunnel start " + tunnel.text("name"));
            }
        }
    }

    private void addState(Value tunnel) {
        String name = tunnel.text("name");
        String advice =
                tunnel.text("hop").equals("host_key")
                        ? " Trust its key: culvert tunnel trust " + name
                        : " See culvert tunnel status " + name;
        boolean isUp = isUp(tunnel);
        String trouble = tunnel.text("trouble");
        add(
                "tunnel " + name,
                tunnel.text("state"),
                isUp,
                isUp
                        ? "since " + tunnel.text("since")
                        : (trouble.isEmpty() ? "It is not up yet." : sentence(trouble)) + advice);
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    private static boolean isUp(Value tunnel) {
        return tunnel.text("state").equals("up");
    }

    void stopTunnels(boolean dry) throws IOException {
        for (Value tunnel : tunnels) {
            String name = tunnel.text("name");
            String step = "tunnel " + name;
            if (!tunnel.text("wanted").equals("true")) {
                add(step, "stopped", true, "It was already.");
            } else if (dry) {
                add(step, "would stop", true, "to " + tunnel.text("server"));
            } else {
                progress.accept("stopping the tunnel " + name);
                attempt(
                        step,
                        () -> {
                            api.ask(Request.post(path(name) + "/stop").patient(PATIENCE));
                            add(step, "stopped", true, "");
                        });
            }
        }
    }

    void check(List<String> urls, boolean dry) throws IOException {
        for (int from = 0; from < urls.size(); from += MOST_URLS) {
            List<String> some = urls.subList(from, Math.min(urls.size(), from + MOST_URLS));
            if (dry) {
                some.forEach(url -> add("check " + url, "would check", true, ""));
                continue;
            }
            progress.accept("checking " + String.join(", ", some));
            Value answer =
                    api.ask(
                            Request.post(
                                            "/api/v1/checks",
                                            Value.members(
                                                    "urls",
                                                    Value.of(
                                                            some.stream().map(Value::of).toList())))
                                    .patient(PATIENCE));
            for (Value check : answer.at("checks").list()) {
                add(
                        "check " + check.text("url"),
                        check.text("verdict"),
                        check.text("verdict").equals("reachable"),
                        check.text("sentence"));
            }
        }
    }

    /** A part of the whole. */
    private interface Part {
        void run() throws IOException;
    }

    /** What the daemon refuses is said in the row; the other steps go on. */
    private void attempt(String step, Part part) throws IOException {
        try {
            part.run();
        } catch (ProblemException e) {
            add(step, "failed", false, e.problem().text("error"));
        }
    }

    private static String path(String name) {
        return TUNNELS + "/" + Request.segment(name);
    }
}
