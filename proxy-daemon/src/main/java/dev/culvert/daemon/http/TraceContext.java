package dev.culvert.daemon.http;

/**
 * The place of a request in a trace that is recorded. Ids are as in W3C's {@code traceparent}.
 *
 * @param parentId the span of the client; empty if the trace begins here
 * @param requestId the span of the request
 * @param turnId the span of what the agent does for it, under which the agent's own spans come
 */
public record TraceContext(String traceId, String parentId, String requestId, String turnId) {
    /** For the agent. */
    public String traceParent() {
        return "00-" + traceId + "-" + turnId + "-01";
    }
}
