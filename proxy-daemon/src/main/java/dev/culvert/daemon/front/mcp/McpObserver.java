package dev.culvert.daemon.front.mcp;

/** Is told of each call of a tool that has ended, on the event loop of its client. */
public interface McpObserver {
    /** Which kind of tool: {@code ask}, an operation by its effect, or none that the caller has. */
    enum Tool {
        ASK,
        READ,
        CHANGE,
        DESTROY,
        UNKNOWN
    }

    /** How a call ended. */
    enum Outcome {
        DONE,

        /** The client is to ask its user first. */
        ASKED,

        /** The caller can mend it: a mistake, a limit, what is not there. */
        REFUSED,

        /** The daemon or an agent failed. */
        FAILED,

        /** The client left, or cancelled it. */
        LEFT
    }

    void onCalled(Tool tool, Outcome outcome);
}
