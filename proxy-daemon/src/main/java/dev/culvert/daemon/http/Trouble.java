package dev.culvert.daemon.http;

/**
 * Why a request failed.
 *
 * @param status the status of the problem, even if a stream had begun with 200
 * @param code one word for programs; empty if there is none
 * @param runtimeStatus the status that the agent's runtime answered; 0 if it did not refuse
 */
public record Trouble(int status, String code, int runtimeStatus, String sentence, Blame blame) {
    private static final int SERVER_ERRORS = 500;
    private static final int TOO_MANY_REQUESTS = 429;

    public static Trouble of(Problem problem) {
        return new Trouble(
                problem.status().code(),
                problem.members().get("code") instanceof String code ? code : "",
                problem.members().get("runtime_status") instanceof Integer status ? status : 0,
                problem.error(),
                problem.blame());
    }

    /** Its code; the mistake of a client that has none is named by its status: {@code http_404}. */
    public String reason() {
        return code.isEmpty() ? "http_" + status : code;
    }

    boolean isOfALimit() {
        return blame == Blame.LIMIT;
    }

    /** Tells {@code observer} if a limit of the daemon, or its end, is the reason. */
    public void tellIfLimited(HttpObserver observer) {
        switch (blame) {
            case LIMIT -> observer.onLimited(code.isEmpty() ? "busy" : code);
            case DRAINING -> observer.onLimited("draining");
            case CLIENT, AGENT, PROVIDER, DAEMON -> {}
        }
    }

    boolean concernsTheOperator() {
        return status >= SERVER_ERRORS
                || status == TOO_MANY_REQUESTS
                || code.equals("tool_blocked")
                || code.equals("slow_consumer")
                || code.equals("credit_ignored");
    }
}
