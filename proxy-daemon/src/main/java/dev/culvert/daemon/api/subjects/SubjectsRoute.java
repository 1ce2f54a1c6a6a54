package dev.culvert.daemon.api.subjects;

import static io.netty.handler.codec.http.HttpResponseStatus.TOO_MANY_REQUESTS;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.subjects.Subjects;
import dev.culvert.subject.SubjectMatch;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** {@code GET /subjects}: streams the messages on the subjects that match. */
public final class SubjectsRoute implements Route, AutoCloseable {
    private final Subjects subjects;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public SubjectsRoute(
            Subjects subjects, Admission admission, Supplier<DaemonSettings> settings) {
        this.subjects = subjects;
        this.admission = admission;
        this.settings = settings;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/subjects");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public boolean answersHead() {
        return false;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        OverMemory.check(answer.client());
        SubjectMatch match = Asking.match(request);
        String tenant = Asking.tenant(request);
        DaemonSettings now = settings.get();
        Follower follower = new Follower(this, subjects, answer);
        if (!follower.subscribe(tenant, match)) {
            throw new ProblemException(
                    Problem.of(
                                    TOO_MANY_REQUESTS,
                                    "There are %d subscribers, the most there may be (subjects.max_subscribers): try again later."
                                            .formatted(now.subjects().maxSubscribers()))
                            .member("code", "overloaded")
                            .retryAfter(1));
        }
        followers.add(follower);
        follower.begin(now.sse().keepalive(), now.turns().stallTimeout());
        request.onDenied(follower::deny);
        if (closed) {
            follower.end(); // close() may have missed it
        }
    }

    /** Ends every stream, which would otherwise go on for as long as its client wants. */
    @Override
    public void close() {
        closed = true;
        followers.forEach(Follower::end);
    }

    void forget(Follower follower) {
        followers.remove(follower);
    }
}
