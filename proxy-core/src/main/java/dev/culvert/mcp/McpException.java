package dev.culvert.mcp;

/** A server did not do what it was asked for. The message completes the sentence "it …". */
sealed class McpException extends Exception {
    private static final long serialVersionUID = 1L;

    McpException(String message) {
        super(message);
    }

    /** What it did instead. */
    String why() {
        return String.valueOf(getMessage());
    }

    /** It answered with an error. */
    static final class Refused extends McpException {
        private static final long serialVersionUID = 1L;
        private final transient Incoming.Refusal refusal;

        Refused(Incoming.Refusal refusal, String message) {
            super(message);
            this.refusal = refusal;
        }

        Incoming.Refusal refusal() {
            return refusal;
        }
    }

    /** There is no answer, and there will be none. */
    static final class Unanswered extends McpException {
        private static final long serialVersionUID = 1L;
        private final boolean gone;

        /**
         * @param gone whether the server cannot be reached any more
         */
        Unanswered(String message, boolean gone) {
            super(message);
            this.gone = gone;
        }

        boolean isGone() {
            return gone;
        }
    }
}
