package dev.culvert.daemon.api.flows;

import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.flows.Flow;
import dev.culvert.daemon.flows.FlowFolder;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.flows.RunRecord;
import dev.culvert.daemon.flows.RunState;
import dev.culvert.daemon.flows.RunView;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code GET /flow-runs} lists the runs, the latest first; {@code POST} starts one. */
public final class FlowRunsRoute implements Route {
    private final Flows flows;
    private final FlowFolder folder;
    private final Admission admission;
    private final OffLoop offLoop;

    public FlowRunsRoute(Flows flows, FlowFolder folder, Admission admission, OffLoop offLoop) {
        this.flows = flows;
        this.folder = folder;
        this.admission = admission;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/flow-runs");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.RUN_FLOWS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        if (request.method().equals(HttpMethod.POST)) {
            admission.check();
            start(request, answer);
        } else {
            list(request, answer);
        }
    }

    private void list(Request request, Answer answer) {
        String flow = request.query("flow");
        String state = request.query("state");
        if (state != null && RunState.of(state).isEmpty()) {
            throw ProblemException.badRequest(
                    "The query parameter 'state' is '%s': it takes running, unknown, done, failed or cancelled."
                            .formatted(Quoted.word(state)));
        }
        Predicate<RunRecord> wanted =
                it ->
                        (flow == null || flow.equals(it.flow()))
                                && (state == null || state.equals(it.state().label()));
        Page page = Page.of(request);
        answer.json(
                OK,
                Json.object(json ->
                        page.write(
                                json,
                                "runs",
                                flows.of(request.caller()).stream().filter(wanted),
                                FlowRunsRoute::place,
                                FlowJson::writeHead)));
    }

    /** By which pages are ordered: the latest first, then the id. */
    private static String place(RunRecord run) {
        long left = Long.MAX_VALUE - run.started().toEpochMilli();
        return "%019d.%s".formatted(left, run.id());
    }

    private void start(Request request, Answer answer) {
        FlowBodies.Start body = FlowBodies.start(request);
        Caller caller = request.caller();
        String tenant = tenant(caller, body.tenant());
        String key = request.header(Header.IDEMPOTENCY_KEY);
        offLoop.run(
                request,
                answer,
                () -> {
                    try {
                        Flow flow =
                                body.flow().isEmpty()
                                        ? folder.read(body.own().file(), body.own().text())
                                        : folder.named(body.flow());
                        flows.start(
                                new Flows.Start(
                                        flow,
                                        caller,
                                        tenant,
                                        body.given(),
                                        body.wanted(),
                                        key(caller, key),
                                        ""),
                                view -> request.eventLoop().execute(() -> started(view, answer)));
                        return () -> {};
                    } catch (FlowRefusal e) {
                        throw FlowProblems.of(e);
                    }
                });
    }

    /** Two callers may use the same key. */
    private static @Nullable String key(Caller caller, @Nullable String key) {
        return key == null
                ? null
                : String.join(
                        "\n",
                        "client",
                        caller.kind().label(),
                        caller.name(),
                        String.valueOf(caller.tenant()),
                        key);
    }

    private static String tenant(Caller caller, String asked) {
        String own = caller.tenant();
        if (own != null && !asked.isEmpty() && !asked.equals(own)) {
            throw ProblemException.badRequest(
                    "'tenant' is for callers of no tenant: leave it out, and it is '" + own + "'.");
        }
        return own != null ? own : asked.isEmpty() ? AgentSettings.DEFAULT_TENANT : asked;
    }

    private static void started(RunView view, Answer answer) {
        if (answer.isOpen()) {
            answer.json(CREATED, Json.object(json -> FlowJson.writeView(json, view)));
        }
    }
}
