package dev.culvert.daemon.api.subjects;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.subjects.Subjects;
import dev.culvert.link.Feature;
import dev.culvert.link.Heartbeat;
import dev.culvert.link.Lane;
import dev.culvert.subject.Note;
import dev.culvert.subject.Subject;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** {@code POST /agents/{id}/request/{subject}}: asks an agent, and answers with its reply. */
public final class RequestRoute implements Route {
    private final AgentAccess access;
    private final Subjects subjects;

    public RequestRoute(AgentAccess access, Subjects subjects) {
        this.access = access;
        this.subjects = subjects;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/request/{subject}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Agent agent = access.workingAgent(request);
        OverMemory.check(agent.road().share());
        Subject subject = Asking.subject(request);
        ByteBuf data = Asking.data(Asking.note(request), subjects.settings().maxDataBytes());
        Heartbeat said = agent.presence().said();
        boolean hasSpoken = !said.equals(Heartbeat.NONE); // else it is asked, and may be away
        if (hasSpoken && !said.features().contains(Feature.SUBJECTS)) {
            throw new ProblemException(notOffered(agent.id()));
        }
        Subject inbox = subjects.newInbox();
        Note note = new Note(subject, inbox, null, data, Instant.now());
        answer.reached(Phase.DIALLING);
        agent.road()
                .link(
                        request.eventLoop(),
                        Lane.FIRST,
                        AgentRequest.of(note, inbox, answer, subjects.settings().timeout()));
    }

    static Problem notOffered(String agent) {
        return Problem.of(
                        NOT_IMPLEMENTED,
                        "Agent '%s' takes no requests on subjects: update the agent's software, so that it announces the feature 'subjects'."
                                .formatted(agent))
                .member("code", "no_subjects");
    }
}
