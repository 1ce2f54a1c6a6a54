package dev.culvert.daemon.api.hostreach;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.checks.Target;
import dev.culvert.daemon.api.hostreach.ReachRoute.Kind;
import dev.culvert.daemon.api.hostreach.ReachRoute.Rooms;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.sshkeys.KeyType;
import dev.culvert.daemon.sshkeys.SshKey;
import dev.culvert.daemon.sshkeys.SshKeys;
import dev.culvert.daemon.sshtunnels.RefusedException;
import dev.culvert.daemon.sshtunnels.SshTunnels;
import dev.culvert.daemon.sshtunnels.SshTunnels.View;
import dev.culvert.daemon.sshtunnels.TunnelStatus;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Phase;
import dev.culvert.io.Quoted;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request from its first part to its last. Confined to its event loop, but for what is said to
 * block.
 */
final class Errand {
    private static final Logger LOG = LoggerFactory.getLogger(Errand.class);

    /** For all tunnels together, as a single start waits. */
    private static final Duration WAIT = Duration.ofSeconds(15);

    /** Work with all tunnels: none has no name. */
    private static final String ALL = "";

    private final Kind kind;
    private final Rooms rooms;
    private final ReachBody asked;
    private final Request request;
    private final Answer answer;
    private final Caller caller;
    private final EventLoop loop;
    private final List<Step> steps = new ArrayList<>();

    Errand(Kind kind, Rooms rooms, ReachBody asked, Request request, Answer answer) {
        this.kind = kind;
        this.rooms = rooms;
        this.asked = asked;
        this.request = request;
        this.answer = answer;
        caller = request.caller();
        loop = request.eventLoop();
    }

    void begin() {
        List<View> tunnels = rooms.tunnels().tunnels().map(SshTunnels::all).orElse(List.of());
        if (tunnels.isEmpty()) {
            steps.add(
                    new Step(
                            "tunnels",
                            "none",
                            true,
                            rooms.tunnels().tunnels().isEmpty()
                                    ? "The daemon has no state_dir, without which there are no SSH tunnels."
                                    : "The daemon has none: add one with culvert tunnel add, or in the setting tunnels."));
            check();
        } else if (kind == Kind.STOP) {
            stop();
        } else {
            keys(tunnels);
        }
    }

    private void keys(List<View> tunnels) {
        Set<String> named =
                tunnels.stream()
                        .flatMap(it -> it.settings().server().key().stream())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        if (named.isEmpty()) {
            tunnels();
            return;
        }
        rooms.keys()
                .run(
                        request,
                        answer,
                        keys -> {
                            List<Step> done = keys(named, keys);
                            return () -> {
                                steps.addAll(done);
                                tunnels();
                            };
                        });
    }

    /** Blocks. */
    private List<Step> keys(Set<String> named, SshKeys keys) throws IOException {
        Set<String> there = keys.all().stream().map(SshKey::name).collect(Collectors.toSet());
        return named.stream()
                .map(it ->
                        there.contains(it) ? Step.ofKey(it, "there", true, "") : missing(it, keys))
                .toList();
    }

    private Step missing(String name, SshKeys keys) {
        if (kind == Kind.HEALTH) {
            return Step.ofKey(name, "missing", false, "Make it: culvert reach setup");
        }
        String next = "Put it on the server: culvert keys show " + name;
        if (asked.isDry()) {
            return Step.ofKey(name, "would make", true, next);
        }
        try {
            keys.generate(name, KeyType.ED25519, "");
            return Step.ofKey(name, "made", true, next);
        } catch (dev.culvert.daemon.sshkeys.RefusedException e) {
            return Step.ofKey(name, "failed", false, e.sentence());
        } catch (IOException e) {
            return Step.ofKey(name, "failed", false, notKept(e));
        }
    }

    private static String notKept(IOException e) {
        return "This could not be stored: " + Quoted.message(e);
    }

    private void tunnels() {
        List<View> tunnels = rooms.tunnels().tunnels().map(SshTunnels::all).orElse(List.of());
        if (kind == Kind.SETUP && !asked.isDry()) {
            start();
            return;
        }
        for (View tunnel : tunnels) {
            if (kind == Kind.SETUP && tunnel.status().phase() != Phase.UP) {
                steps.add(
                        Step.ofTunnel(
                                tunnel, "would start", "to " + tunnel.settings().server().host()));
            } else if (tunnel.isWanted()) {
                steps.add(Step.of(tunnel));
            } else {
                steps.add(
                        Step.ofTunnel(
                                tunnel,
                                "stopped",
                                "Start it: culvert tunnel start " + tunnel.name()));
            }
        }
        check();
    }

    private void start() {
        rooms.tunnels()
                .run(
                        ALL,
                        request,
                        answer,
                        tunnels -> {
                            Map<String, Step> failed = new HashMap<>();
                            List<CompletableFuture<TunnelStatus>> decided = new ArrayList<>();
                            for (View tunnel : tunnels.all()) {
                                start(tunnel.name(), tunnels, decided, failed);
                            }
                            return () -> await(decided, failed);
                        });
    }

    /** Blocks. */
    private static void start(
            String name,
            SshTunnels tunnels,
            List<CompletableFuture<TunnelStatus>> decided,
            Map<String, Step> failed) {
        try {
            decided.add(tunnels.start(name).decided());
        } catch (RefusedException e) {
            failed.put(name, Step.failed("tunnel " + name, e.sentence()));
        } catch (IOException e) {
            failed.put(name, Step.failed("tunnel " + name, notKept(e)));
        }
    }

    private void await(List<CompletableFuture<TunnelStatus>> decided, Map<String, Step> failed) {
        var _ =
                CompletableFuture.allOf(decided.toArray(CompletableFuture<?>[]::new))
                        .orTimeout(WAIT.toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete((_, _) -> onLoop(() -> started(failed)));
    }

    private void onLoop(Runnable next) {
        try {
            loop.execute(() -> request.work(() -> guarded(next)));
        } catch (RejectedExecutionException _) {
            LOG.debug("the daemon has stopped before a request to reach others has ended");
        }
    }

    private void guarded(Runnable next) {
        try {
            next.run();
        } catch (RuntimeException e) {
            LOG.error("a request to reach others failed because of a bug in the daemon", e);
            if (answer.isOpen()) {
                answer.problem(
                        Problem.of(
                                INTERNAL_SERVER_ERROR,
                                "The daemon failed because of a bug: its log says more."));
            }
        }
    }

    private void started(Map<String, Step> failed) {
        for (View tunnel : rooms.tunnels().tunnels().map(SshTunnels::all).orElse(List.of())) {
            Step refused = failed.get(tunnel.name());
            steps.add(refused == null ? Step.of(tunnel) : refused);
        }
        check();
    }

    private void stop() {
        rooms.tunnels()
                .run(
                        ALL,
                        request,
                        answer,
                        tunnels -> {
                            List<Step> done =
                                    tunnels.all().stream().map(it -> stop(it, tunnels)).toList();
                            return () -> {
                                steps.addAll(done);
                                check();
                            };
                        });
    }

    /** Blocks. */
    private Step stop(View tunnel, SshTunnels tunnels) {
        if (!tunnel.isWanted()) {
            return Step.ofTunnel(tunnel, "stopped", "It was already.");
        }
        if (asked.isDry()) {
            return Step.ofTunnel(tunnel, "would stop", "to " + tunnel.settings().server().host());
        }
        String name = tunnel.name();
        try {
            tunnels.stop(name);
            return Step.ofTunnel(tunnel, "stopped", "");
        } catch (RefusedException e) {
            return Step.failed("tunnel " + name, e.sentence());
        } catch (IOException e) {
            return Step.failed("tunnel " + name, notKept(e));
        }
    }

    private void check() {
        List<Target> targets = asked.targets();
        if (targets.isEmpty()) {
            send();
            return;
        }
        if (asked.isDry()) {
            targets.forEach(
                    it -> steps.add(new Step(Step.nameOfCheck(it.url()), "would check", true, "")));
            send();
            return;
        }
        try {
            rooms.checks()
                    .run(
                            targets,
                            caller,
                            loop,
                            results -> {
                                results.forEach(it -> steps.add(Step.of(it)));
                                send();
                            });
        } catch (ProblemException e) {
            targets.forEach(
                    it -> steps.add(Step.failed(Step.nameOfCheck(it.url()), e.problem().error())));
            send();
        }
    }

    private void send() {
        if (!answer.isOpen()) {
            return;
        }
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeBooleanField("ok", steps.stream().allMatch(Step::isOk));
                    json.writeArrayFieldStart("steps");
                    for (Step step : steps) {
                        step.write(json);
                    }
                    json.writeEndArray();
                }));
    }
}
