package dev.culvert.daemon.api.approvals;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.GONE;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.approvals.Approval;
import dev.culvert.daemon.approvals.Approvals;
import dev.culvert.daemon.approvals.Approvals.Decided;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** {@code GET /approvals/{approval}} shows one; {@code POST} decides. */
public final class ApprovalRoute implements Route {
    private static final int RETRY_SECONDS = 5;

    private final Approvals approvals;
    private final OffLoop offLoop;

    public ApprovalRoute(Approvals approvals, OffLoop offLoop) {
        this.approvals = approvals;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/approvals/{approval}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.DECIDE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Approval found = find(request);
        if (request.method().equals(HttpMethod.GET)) {
            show(found, answer);
            return;
        }
        DecisionBody decision = DecisionBody.of(request);
        String by = request.caller().name();
        offLoop.run(
                found.agent(),
                true,
                request,
                answer,
                () -> decide(found.id(), decision, by, answer));
    }

    private Approval find(Request request) {
        String id = request.parameter("approval");
        Approval found = approvals.find(id);
        if (found == null || !request.caller().sees(found.tenant())) {
            throw new ProblemException(unknown(id));
        }
        return found;
    }

    private static Problem unknown(String id) {
        return Problem.of(
                NOT_FOUND,
                "There is no approval '%s': GET /api/v1/approvals lists those there are."
                        .formatted(Quoted.word(id)));
    }

    private Runnable decide(String id, DecisionBody decision, String by, Answer answer) {
        try {
            return switch (approvals.decide(id, decision.isAllowed(), by, decision.reason())) {
                case Decided.Taken(Approval approval) -> () -> show(approval, answer);
                case Decided.TooLate(Approval approval) -> throw tooLate(approval);
                case Decided.Unknown _ -> throw new ProblemException(unknown(id));
            };
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                                    SERVICE_UNAVAILABLE,
                                    "The decision does not count, because it could not be stored: %s. Then decide again."
                                            .formatted(e.getMessage()))
                            .member("code", "not_stored")
                            .retryAfter(RETRY_SECONDS));
        }
    }

    private ProblemException tooLate(Approval approval) {
        Approval.State state = approval.state(approvals.now());
        return switch (state) {
            case EXPIRED ->
                    problem(
                            GONE,
                            "The approval has expired, which counts as a denial: the agent asks again if its model makes the call again.",
                            state);
            case WITHDRAWN ->
                    problem(
                            GONE,
                            "The agent does not want to make the call any more, because its turn has ended: there is nothing to decide.",
                            state);
            case PENDING, ALLOWED, DENIED, USED -> {
                var decision = approval.decision();
                yield problem(
                        CONFLICT,
                        decision == null
                                ? "Something else has changed the approval at the same moment: look at it again."
                                : "It was decided before: %s, by %s. A decision is final."
                                        .formatted(
                                                decision.isAllowed() ? "allowed" : "denied",
                                                Quoted.word(decision.by())),
                        state);
            }
        };
    }

    private static ProblemException problem(
            HttpResponseStatus status, String sentence, Approval.State state) {
        return new ProblemException(
                Problem.of(status, sentence)
                        .member("code", "approval_" + (status.equals(GONE) ? "over" : "decided"))
                        .member("state", state.label()));
    }

    private void show(Approval approval, Answer answer) {
        ApprovalJson form = new ApprovalJson(approvals.now());
        answer.json(OK, Json.object(json -> form.writeMembers(json, approval)));
    }
}
