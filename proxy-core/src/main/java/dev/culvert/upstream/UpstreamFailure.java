package dev.culvert.upstream;

/**
 * Why there is no complete answer.
 *
 * @param why completes a sentence about the server; quoted
 */
public record UpstreamFailure(Kind kind, String why) {
    /** How far the call had got. */
    public enum Kind {
        /** No connection: the server has seen nothing of the request. */
        UNREACHABLE,

        /** The connection was lost before the answer began. */
        LOST,

        /** The server sent nothing for too long. */
        SILENT,

        /** What it sends is not HTTP/1.1. */
        NO_HTTP,

        /** The answer had begun, and broke off. */
        BROKEN_OFF
    }
}
