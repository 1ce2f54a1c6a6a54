package dev.culvert.guest.tools;

import dev.culvert.guest.tools.AnswerCalls.Call;
import java.io.IOException;
import java.util.List;

/** Tells the calls of the agent's tools from those of the client's. */
final class OwnCalls {
    private OwnCalls() {}

    /**
     * Adds the agent's own calls to {@code mine}. Returns whether there are no others.
     *
     * @param round its number, from which calls without an id get one
     */
    static boolean sort(AnswerCalls calls, Offer offer, int round, List<Call> mine) {
        boolean only = true;
        int place = 0;
        try {
            for (Call call : calls.read()) {
                place++;
                if (!offer.has(call.name())) {
                    only = false;
                } else {
                    mine.add(
                            call.id().isEmpty()
                                    ? call.withId("call_" + round + "_" + place)
                                    : call);
                }
            }
        } catch (IOException e) {
            return false; // the client is told what came
        }
        return only;
    }
}
