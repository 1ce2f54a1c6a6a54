package dev.culvert.daemon.api.flows;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.flows.RunView;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /flow-runs/{run}} shows a run; to a client that accepts events, streams its changes
 * until it ends. {@code DELETE} cancels it.
 */
public final class FlowRunRoute implements Route, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowRunRoute.class);

    private final Flows flows;
    private final Supplier<DaemonSettings> settings;
    private final OffLoop offLoop;
    private final Set<FlowWatcher> watchers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public FlowRunRoute(Flows flows, Supplier<DaemonSettings> settings, OffLoop offLoop) {
        this.flows = flows;
        this.settings = settings;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/flow-runs/{run}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.RUN_FLOWS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String id = request.parameter("run");
        Caller caller = request.caller();
        try {
            flows.head(id, caller);
            if (request.method().equals(HttpMethod.DELETE)) {
                flows.cancel(id, caller);
                answer.noContent();
                return;
            }
        } catch (FlowRefusal e) {
            throw FlowProblems.of(e);
        }
        boolean streams = wantsEvents(request.header(Header.ACCEPT));
        if (streams) {
            OverMemory.check(answer.client());
        }
        String last = request.header(Header.LAST_EVENT_ID);
        offLoop.run(
                id,
                true,
                request,
                answer,
                () -> {
                    try {
                        RunView view = flows.view(id, caller);
                        return () -> {
                            if (!streams) {
                                show(view, answer);
                            } else if (view.run().state().isOver() && last != null) {
                                answer.noContent(); // it knows the end
                            } else {
                                watch(view, request, answer);
                            }
                        };
                    } catch (FlowRefusal e) {
                        throw FlowProblems.of(e);
                    }
                });
    }

    private static boolean wantsEvents(@Nullable String accept) {
        return accept != null
                && accept.toLowerCase(Locale.ROOT).strip().startsWith("text/event-stream");
    }

    static void show(RunView view, Answer answer) {
        if (answer.isOpen()) {
            answer.json(OK, Json.object(json -> FlowJson.writeView(json, view)));
        }
    }

    private void watch(RunView view, Request request, Answer answer) {
        FlowWatcher watcher = new FlowWatcher(this, view, answer, settings.get());
        watchers.add(watcher);
        watcher.begin(() -> look(watcher, view.run().id(), request, answer));
        request.onDenied(watcher::deny);
        if (closed) {
            watcher.end(); // close() may have missed it
        }
    }

    private void look(FlowWatcher watcher, String id, Request request, Answer answer) {
        offLoop.finish(
                id,
                true,
                request,
                answer,
                () -> {
                    try {
                        RunView end = flows.view(id, request.caller());
                        return () -> watcher.onChanged(end);
                    } catch (FlowRefusal | IOException e) { // it is kept no longer
                        LOG.debug("nobody is told of the end of {}", id, e);
                        return watcher::end;
                    }
                });
    }

    Flows flows() {
        return flows;
    }

    void forget(FlowWatcher watcher) {
        watchers.remove(watcher);
    }

    /** Ends every stream, which would otherwise go on for as long as its run. */
    @Override
    public void close() {
        closed = true;
        watchers.forEach(FlowWatcher::end);
    }
}
