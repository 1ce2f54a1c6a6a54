package dev.culvert.guest.approvals;

/**
 * Why a call that waited for an approval must not run.
 *
 * @param outcome a word for the audit log: {@code deny}, {@code expired}, {@code refused}, {@code
 *     unknown}
 * @param by who decided; "agent" where nobody did
 * @param why a sentence for the model, without a full stop
 */
record Reason(String outcome, String by, String why) {
    private static final String AGENT = "agent";

    /** An earlier process of the agent has begun the call, and ended before its result. */
    static Reason stoppedWhileItRan(String by) {
        return new Reason(
                "unknown",
                by,
                "the agent was stopped while the call ran, so it is not known whether it did"
                        + " its work; it does not run again");
    }

    /**
     * What a restart would need cannot be kept.
     *
     * @param trouble a clause
     */
    static Reason notKept(String trouble) {
        return new Reason("refused", AGENT, "it was not approved, because " + trouble);
    }

    static Reason decidedAboutAnother(String by) {
        return new Reason(
                "refused",
                by,
                "it was not approved: what " + by + " decided about is not what was asked");
    }

    static Reason denied(String by, String reason) {
        return new Reason(
                "deny",
                by,
                "it was not approved: "
                        + by
                        + " denied it"
                        + (reason.isEmpty() ? "" : ": " + reason));
    }

    /**
     * It was allowed, and must not run all the same.
     *
     * @param obstacle a clause
     */
    static Reason allowedBut(String by, String obstacle) {
        return new Reason("refused", by, by + " allowed it, but " + obstacle);
    }

    static Reason mayHaveRunElsewhere(String by) {
        return new Reason(
                "unknown",
                by,
                by
                        + " allowed it, and the link was lost before the host's answer came: a"
                        + " copy of this machine may have run it, so it is not known whether"
                        + " it was done; it does not run here");
    }

    static Reason hostCannotAsk(String message) {
        return new Reason(
                "refused", "host", "it was not approved: the host cannot ask anybody: " + message);
    }

    /**
     * Its time is over.
     *
     * @param what was not in time: a clause
     */
    static Reason late(String what) {
        return new Reason("expired", AGENT, what + " (--approval-timeout of the agent)");
    }
}
