package dev.culvert.daemon.api.enrolments;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.enrol.Enrolment;
import dev.culvert.daemon.enrol.Enrolments;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import java.util.Comparator;
import java.util.stream.Stream;

/** The enrolments as the caller of a request sees them: of its tenant only, if it has one. */
record VisibleEnrolments(Enrolments enrolments) {
    /** By id. */
    Stream<Enrolment> all(Request request) {
        return enrolments.all().stream()
                .filter(it -> request.caller().sees(it.tenant()))
                .sorted(Comparator.comparing(Enrolment::id));
    }

    /**
     * The enrolment that the path names.
     *
     * @throws ProblemException when there is none
     */
    Enrolment find(Request request) {
        String id = request.parameter("enrollment");
        Enrolment found = enrolments.find(id);
        if (found == null || !request.caller().sees(found.tenant())) {
            throw new ProblemException(
                    Problem.of(
                            NOT_FOUND,
                            "There is no enrolment '%s': GET /api/v1/enrollments lists those there are."
                                    .formatted(Quoted.word(id))));
        }
        return found;
    }
}
