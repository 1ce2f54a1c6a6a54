package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The calls of the agent's own tools that wait for an approval at the host. */
final class HostApprovals {
    private static final String PATH = "/api/v1/approvals/";

    /** Not known yet, not stored. */
    private static final Set<Integer> SOON = Set.of(404, 503);

    private static final int FORBIDDEN = 403;
    private static final int MOST_TRIES = 20;
    private static final int PAUSE_MILLIS = 200;

    private final Api api;
    private final Screen screen;
    private final Asker asker;

    /** Tools with the arguments that the user has allowed for the session. */
    private final Set<List<String>> allowed = new HashSet<>();

    /** Those that were asked about: a stream that is resumed may tell of them again. */
    private final Set<String> asked = new HashSet<>();

    HostApprovals(Api api, Screen screen, Asker asker) {
        this.api = api;
        this.screen = screen;
        this.asker = asker;
    }

    /**
     * Asks the user and tells the host the decision. What is shown is what the host has stored: the
     * agent could show something else. It could also name an approval of another turn, or of
     * another agent: that is never decided here.
     *
     * @param agent with which the user talks
     * @param turn in which the event came
     * @param event the payload of the event
     */
    void ask(String agent, String turn, Value event) throws IOException {
        String id = event.text("approval_id");
        if (!asked.add(id)) {
            return;
        }
        try {
            Value approval = tell(Request.get(PATH + Request.segment(id)));
            if (!approval.text("agent").equals(agent) || !approval.text("turn").equals(turn)) {
                another(id, approval);
            } else if (approval.text("state").equals("pending")) {
                ask(id, approval);
            }
        } catch (ProblemException e) {
            if (e.status() == FORBIDDEN) {
                name(id, ToolCall.of(event));
            } else {
                screen.note("the approval cannot be decided here: " + e.getMessage());
            }
        }
    }

    private void ask(String id, Value approval) throws IOException {
        ToolCall call = ToolCall.of(approval);
        List<String> known = List.of(call.tool(), call.arguments().json());
        Consent consent =
                allowed.contains(known) ? Consent.YES : asker.ask(question(call, approval));
        switch (consent) {
            case YES -> decide(id, true);
            case ALWAYS -> {
                allowed.add(known);
                decide(id, true);
            }
            case NO -> decide(id, false);
            case NOBODY -> name(id, call);
        }
    }

    private void another(String id, Value approval) {
        screen.note(
                "the agent named the approval %s, which is not decided here: it is of another turn (%s of the agent %s)"
                        .formatted(
                                Quoted.word(id),
                                Quoted.word(approval.text("turn")),
                                Quoted.word(approval.text("agent"))));
    }

    /** Names the command for whoever may decide. */
    private void name(String id, ToolCall call) {
        screen.note(
                "the agent waits for an approval of %s: culvert approvals allow %s, or deny"
                        .formatted(Quoted.word(call.tool()), Quoted.word(id)));
    }

    /* Whoever decides must see all of the arguments. */
    private static Question question(ToolCall call, Value approval) {
        String arguments =
                call.arguments() instanceof Value.Text
                        ? call.argumentsText()
                        : call.arguments().prettyJson();
        return new Question(
                "the agent wants to call its tool " + Quoted.word(call.tool()),
                Quoted.sentence(approval.text("why")),
                Quoted.lines(arguments).lines().map(line -> "  " + line).toList(),
                "always with these arguments");
    }

    /* Somebody else may have decided, or the time is over: the turn goes on either way. */
    private void decide(String id, boolean allows) throws IOException {
        Value body =
                allows
                        ? Value.members("decision", "allow")
                        : Value.members("decision", "deny", "reason", "the user does not allow it");
        try {
            tell(Request.post(PATH + Request.segment(id), body));
        } catch (ProblemException e) {
            screen.note("the decision was not taken: " + e.getMessage());
        }
    }

    /* The stream may tell of an approval before the host has stored it. */
    private Value tell(Request request) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                return api.ask(request);
            } catch (ProblemException e) {
                if (!SOON.contains(e.status()) || tries == MOST_TRIES) {
                    throw e;
                }
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the host was asked", e);
            }
        }
    }
}
