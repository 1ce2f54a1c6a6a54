package dev.culvert.daemon.api.enrolments;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.enrol.Enrolment;
import dev.culvert.daemon.enrol.Enrolments;
import dev.culvert.daemon.enrol.Guests;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /enrollments/{enrollment}} shows one; {@code DELETE} makes its token invalid. */
public final class EnrollmentRoute implements Route {
    private final Enrolments enrolments;
    private final OffLoop offLoop;

    public EnrollmentRoute(Guests guests, OffLoop offLoop) {
        enrolments = guests.enrolments();
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/enrollments/{enrollment}");
    }

    @Override
    public Need need(HttpMethod method) {
        return method.equals(HttpMethod.GET) ? Need.READ_AGENTS : Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Enrolment found = new VisibleEnrolments(enrolments).find(request);
        if (request.method().equals(HttpMethod.DELETE)) {
            offLoop.run(
                    Enrolments.KEY,
                    true,
                    request,
                    answer,
                    () -> {
                        enrolments.delete(found.id());
                        return answer::noContent;
                    });
        } else {
            answer.json(
                    OK,
                    Json.object(json -> new EnrollmentJson(enrolments).writeMembers(json, found)));
        }
    }
}
