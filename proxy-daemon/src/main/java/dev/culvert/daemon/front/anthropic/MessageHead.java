package dev.culvert.daemon.front.anthropic;

/**
 * What a message begins with.
 *
 * @param requestId by which the daemon's log finds the request; JSON needs no escape in it
 * @param model the agent, as the client named it; the same holds
 */
record MessageHead(String requestId, String model) {
    /** The object up to its content, without the comma after that. */
    String upTo(String content) {
        return "{\"id\":\"msg_"
                + requestId
                + "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\""
                + model
                + "\",\"content\":"
                + content;
    }

    /** What the id of a tool's use begins with, where the runtime gives none. */
    String toolUse() {
        return "toolu_" + requestId + "_";
    }
}
