package dev.culvert.daemon.front.openai;

/**
 * What a completion, and each chunk of one, begins with.
 *
 * @param requestId by which the daemon's log finds the request; JSON needs no escape in it
 * @param model the agent, as the client named it; the same holds
 * @param createdSeconds since 1970
 */
record CompletionHead(String requestId, String model, long createdSeconds) {
    /** The beginning of an object of that kind, up to the comma before its other members. */
    String of(String object) {
        return "{\"id\":\"chatcmpl-"
                + requestId
                + "\",\"object\":\""
                + object
                + "\",\"created\":"
                + createdSeconds
                + ",\"model\":\""
                + model
                + "\",";
    }
}
