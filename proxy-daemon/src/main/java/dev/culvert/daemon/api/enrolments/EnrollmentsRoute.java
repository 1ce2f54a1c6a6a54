package dev.culvert.daemon.api.enrolments;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Denial;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.enrol.Enrolment;
import dev.culvert.daemon.enrol.Enrolments;
import dev.culvert.daemon.enrol.Guests;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** {@code GET /enrollments} lists enrolments; {@code POST} makes one and shows its token, once. */
public final class EnrollmentsRoute implements Route {
    private final Guests guests;
    private final Admission admission;
    private final JoinCommand command;
    private final OffLoop offLoop;

    public EnrollmentsRoute(
            Guests guests, Admission admission, JoinCommand command, OffLoop offLoop) {
        this.guests = guests;
        this.admission = admission;
        this.command = command;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/enrollments");
    }

    @Override
    public Need need(HttpMethod method) {
        return method.equals(HttpMethod.GET) ? Need.READ_AGENTS : Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        if (request.method().equals(HttpMethod.POST)) {
            make(request, answer);
            return;
        }
        Page page = Page.of(request);
        List<Enrolment> all = new VisibleEnrolments(guests.enrolments()).all(request).toList();
        EnrollmentJson form = new EnrollmentJson(guests.enrolments());
        answer.json(
                OK,
                Json.object(json ->
                        page.write(json, "enrollments", all.stream(), Enrolment::id, form::write)));
    }

    private void make(Request request, Answer answer) {
        admission.check();
        EnrollmentBody wanted = EnrollmentBody.of(request);
        if (!request.caller().sees(wanted.tenant())) {
            throw new ProblemException(
                    Problem.of(FORBIDDEN, "Your own token belongs to a tenant: leave 'tenant' out.")
                            .member("code", Denial.INSUFFICIENT_SCOPE.code()));
        }
        String by = request.caller().name();
        offLoop.run(Enrolments.KEY, true, request, answer, () -> make(wanted, by, answer));
    }

    private Runnable make(EnrollmentBody wanted, String by, Answer answer) throws IOException {
        if (!wanted.name().isEmpty() && guests.isTaken(wanted.name())) {
            throw conflict(
                    "the name belongs to an agent already: choose another one, or remove that agent");
        }
        try {
            Enrolments.Made made =
                    guests.enrolments()
                            .create(
                                    wanted.name(),
                                    wanted.tenant(),
                                    wanted.ttl(),
                                    by,
                                    command.settings().get().enrol().maxEnrollments());
            return () -> show(made, answer);
        } catch (IllegalArgumentException e) {
            throw conflict(String.valueOf(e.getMessage()));
        }
    }

    private static ProblemException conflict(String why) {
        return new ProblemException(
                Problem.of(CONFLICT, "The enrolment was not made: " + why + "."));
    }

    /** Nothing on the way may keep the token. */
    private void show(Enrolments.Made made, Answer answer) {
        EnrollmentJson form = new EnrollmentJson(guests.enrolments());
        answer.header(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .json(
                        CREATED,
                        Json.object(json -> {
                            form.writeMembers(json, made.enrolment());
                            json.writeStringField("token", made.token());
                            json.writeStringField("command", command.text(made.token()));
                        }));
    }
}
