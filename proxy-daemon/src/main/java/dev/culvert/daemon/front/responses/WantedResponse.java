package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;

/**
 * What was read of a request, and is needed after its body is gone.
 *
 * @param goesOn whether the response goes on to its end if the client leaves
 * @param input what it answers, with what came before
 */
record WantedResponse(
        Request request,
        Answer answer,
        Agent agent,
        boolean isStreamed,
        boolean isInBackground,
        boolean goesOn,
        Echo echo,
        long nowSeconds,
        Conversation input) {

    Caller owner() {
        return request.caller();
    }

    /** The response of that turn. */
    ResponseObject response(String turn) {
        return ResponseObject.of(turn, owner(), nowSeconds, echo);
    }
}
