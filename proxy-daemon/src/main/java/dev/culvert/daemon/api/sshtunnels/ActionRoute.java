package dev.culvert.daemon.api.sshtunnels;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.sshtunnels.RefusedException;
import dev.culvert.daemon.sshtunnels.SshTunnels;
import dev.culvert.daemon.sshtunnels.SshTunnels.Started;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /tunnels/{tunnel}/start}, {@code …/stop} and {@code …/restart}. A start is answered
 * when the tunnel is up, when its first attempt has failed, or when the client has waited enough.
 */
public final class ActionRoute implements Route {
    private static final Duration WAIT = Duration.ofSeconds(15);
    private static final Duration MOST_WAIT = Duration.ofMinutes(2);

    /** What it does. Blocks. */
    private interface Action {
        /** Null if there is nothing to wait for. */
        @Nullable Started run(SshTunnels tunnels, String name) throws IOException, RefusedException;
    }

    private final String verb;
    private final TunnelWork work;
    private final Action action;

    private ActionRoute(String verb, TunnelWork work, Action action) {
        this.verb = verb;
        this.work = work;
        this.action = action;
    }

    public static ActionRoute start(TunnelWork work) {
        return new ActionRoute("start", work, SshTunnels::start);
    }

    public static ActionRoute restart(TunnelWork work) {
        return new ActionRoute("restart", work, SshTunnels::restart);
    }

    public static ActionRoute stop(TunnelWork work) {
        return new ActionRoute(
                "stop",
                work,
                (tunnels, name) -> {
                    tunnels.stop(name);
                    return null;
                });
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/tunnels/{tunnel}/" + verb);
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = work.find(request.parameter("tunnel")).name();
        Duration wait = wait(request);
        EventLoop loop = request.eventLoop();
        work.run(
                name,
                request,
                answer,
                tunnels -> {
                    Started started = action.run(tunnels, name);
                    return () -> {
                        if (started == null) {
                            TunnelWork.show(answer, OK, work.find(name));
                        } else {
                            await(started, name, wait, loop, answer);
                        }
                    };
                });
    }

    private void await(Started started, String name, Duration wait, EventLoop loop, Answer answer) {
        var _ =
                started.decided()
                        .copy()
                        .orTimeout(Math.max(1, wait.toMillis()), TimeUnit.MILLISECONDS)
                        .whenComplete((_, _) -> {
                            try {
                                loop.execute(() -> answer(started, name, answer));
                            } catch (RejectedExecutionException _) {
                                // the daemon has stopped
                            }
                        });
    }

    private void answer(Started started, String name, Answer answer) {
        if (answer.isOpen()) {
            answer.json(
                    OK,
                    Json.object(json -> {
                        TunnelJson.writeMembers(json, work.find(name));
                        json.writeBooleanField("already", started.wasStarted());
                    }));
        }
    }

    private static Duration wait(Request request) {
        if (!request.body().isReadable()) {
            return WAIT;
        }
        String body = JsonRequest.body(request).toString(StandardCharsets.UTF_8);
        try {
            Duration wait =
                    Settings.read(
                                    List.of(Layer.text("body", body)),
                                    in -> in.get("wait", Kind.DURATION, WAIT))
                            .value();
            return wait.compareTo(MOST_WAIT) > 0 ? MOST_WAIT : wait;
        } catch (BadSettingsException e) {
            throw TunnelWork.problem(
                    BAD_REQUEST,
                    "The body does not say how long to wait: %s."
                            .formatted(String.join("; ", e.mistakes())));
        }
    }
}
