package dev.culvert.daemon.api.operations;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.RequestListener;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.operations.Operation;
import dev.culvert.daemon.operations.Operations;
import dev.culvert.daemon.operations.Run;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A route of which some methods are recorded: each of these runs has an id, in a header. The log
 * says who changed the daemon itself, its tokens, or guests of Proxmox.
 */
public final class RecordedRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(RecordedRoute.class);

    /** What was done with these is in the log, with who did it. */
    private static final Set<Scope> TOLD = EnumSet.of(Scope.ADMIN, Scope.GUESTS);

    private static final AsciiString RUN = AsciiString.cached("culvert-op");

    private final Route route;
    private final Map<HttpMethod, Operation> recorded;
    private final Runs runs;

    private RecordedRoute(Route route, Map<HttpMethod, Operation> recorded, Runs runs) {
        this.route = route;
        this.recorded = recorded;
        this.runs = runs;
    }

    /** Records the operations of {@code route}; returns it unchanged if none is to be recorded. */
    public static Route of(Route route, Runs runs) {
        Map<HttpMethod, Operation> recorded = new HashMap<>();
        for (HttpMethod method : route.methods()) {
            Operation operation = Operations.find(method, route.templates());
            if (operation != null && operation.isRecorded()) {
                recorded.put(method, operation);
            }
        }
        return recorded.isEmpty() ? route : new RecordedRoute(route, recorded, runs);
    }

    @Override
    public Set<HttpMethod> methods() {
        return route.methods();
    }

    @Override
    public List<String> templates() {
        return route.templates();
    }

    @Override
    public Need need(HttpMethod method) {
        return route.need(method);
    }

    @Override
    public boolean answersHead() {
        return route.answersHead();
    }

    @Override
    public boolean goesOn(Head head, List<String> values) {
        return route.goesOn(head, values);
    }

    @Override
    public boolean readsLargeBodies() {
        return route.readsLargeBodies();
    }

    @Override
    public void handle(Request request, Answer answer) {
        Operation operation = recorded.get(request.method());
        if (operation == null) {
            route.handle(request, answer);
            return;
        }
        Run run =
                runs.begin(
                        operation,
                        request.path(),
                        request.caller(),
                        request.id(),
                        request.body().readableBytes());
        answer.header(RUN, run.id());
        request.follow(new Recorder(runs, run));
        request.work(() -> route.handle(request, answer));
    }

    private record Recorder(Runs runs, Run run) implements RequestListener {
        @Override
        public String id() {
            return run.id();
        }

        @Override
        public void work(Runnable work) {
            runs.work(run, work);
        }

        @Override
        public void onEnded(int status, long nanos, long bytesOut, @Nullable String why) {
            Scope scope = run.operation().need().scope();
            if (scope != null && TOLD.contains(scope)) {
                Caller caller = run.caller();
                runs.work(
                        run,
                        () ->
                                LOG.info(
                                        "{} by {} {} ended with {}",
                                        run.operation().name(),
                                        caller.kind().label(),
                                        Quoted.word(caller.name()),
                                        status));
            }
            runs.end(run, status, nanos, bytesOut, why);
        }
    }
}
