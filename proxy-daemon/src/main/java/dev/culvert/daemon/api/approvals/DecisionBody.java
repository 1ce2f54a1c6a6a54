package dev.culvert.daemon.api.approvals;

import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;

/**
 * What a client decides.
 *
 * @param reason empty if it gives none
 */
record DecisionBody(boolean isAllowed, String reason) {
    /** Whoever reads it later sees all of it: longer texts would be cut there. */
    private static final int MOST_REASON = 1_000;

    /**
     * Reads the body.
     *
     * @throws ProblemException when it does not decide
     */
    static DecisionBody of(Request request) {
        JsonMembers members = JsonRequest.members(request);
        String decision = "";
        String reason = "";
        while (members.next()) {
            if (members.isNamed("decision")) {
                decision = text("decision", members);
            } else if (members.isNamed("reason") && members.kind() != 'n') {
                reason = text("reason", members);
            } else if (!members.isNamed("reason")) {
                throw ProblemException.badRequest(
                        "The body has the member '%s': it takes 'decision' and 'reason'."
                                .formatted(Quoted.word(members.name())));
            }
        }
        if (!decision.equals("allow") && !decision.equals("deny")) {
            throw ProblemException.badRequest(
                    "'decision' is '%s': it takes \"allow\" or \"deny\"."
                            .formatted(Quoted.word(decision)));
        }
        if (reason.length() > MOST_REASON) {
            throw ProblemException.badRequest(
                    "'reason' has %d characters: it takes up to %d."
                            .formatted(reason.length(), MOST_REASON));
        }
        return new DecisionBody(decision.equals("allow"), Quoted.sentence(reason));
    }

    private static String text(String name, JsonMembers members) {
        if (members.kind() != '"') {
            throw ProblemException.badRequest("'" + name + "' must be a string.");
        }
        return members.text();
    }
}
