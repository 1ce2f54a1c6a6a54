package dev.culvert.daemon.api.subjects;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.subjects.SubjectObserver.Source;
import dev.culvert.daemon.subjects.Subjects;
import dev.culvert.subject.Note;
import dev.culvert.subject.NoteReader;
import dev.culvert.subject.Subject;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** {@code POST /subjects/{subject}}: publishes a message, or replies to a request of an agent. */
public final class SubjectRoute implements Route {
    private final Subjects subjects;
    private final Admission admission;

    public SubjectRoute(Subjects subjects, Admission admission) {
        this.subjects = subjects;
        this.admission = admission;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/subjects/{subject}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        Subject subject = Asking.subject(request);
        NoteReader note = Asking.note(request);
        ByteBuf data = Asking.data(note, subjects.settings().maxDataBytes());
        Subjects.Reach reach =
                subjects.publish(
                        Asking.tenant(request),
                        new Note(subject, Asking.reply(note), null, data, Instant.now()),
                        Source.CLIENT);
        if (subject.isInbox() && reach.receivers() == 0) {
            answer.problem(nobodyWaits());
            return;
        }
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeNumberField("receivers", reach.receivers());
                    json.writeNumberField("missed", reach.missed());
                }));
    }

    private static Problem nobodyWaits() {
        return Problem.of(
                        NOT_FOUND,
                        "Nobody waits for a reply on this subject: the request has got one, or the"
                                + " agent waited for longer than subjects.timeout, or is gone.")
                .member("code", "no_responder");
    }
}
