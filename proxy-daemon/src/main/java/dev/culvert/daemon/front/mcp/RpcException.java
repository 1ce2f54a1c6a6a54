package dev.culvert.daemon.front.mcp;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message is answered with an error of JSON-RPC. */
final class RpcException extends RuntimeException {
    static final int PARSE_ERROR = -32700;
    static final int INVALID_REQUEST = -32600;
    static final int METHOD_NOT_FOUND = -32601;
    static final int INVALID_PARAMS = -32602;
    static final int INTERNAL_ERROR = -32603;

    /** The daemon's own: it does not take the HTTP request that has the message. */
    static final int REFUSED = -32000;

    static final int NO_SUCH_RESOURCE = -32002;
    static final int HEADER_MISMATCH = -32020;
    static final int UNSUPPORTED_VERSION = -32022;

    private static final long serialVersionUID = 1L;

    private final transient HttpResponseStatus status;
    private final int code;
    private final transient Map<String, Object> data;

    private RpcException(
            HttpResponseStatus status, int code, String sentence, Map<String, Object> data) {
        super(sentence, null, false, false);
        this.status = status;
        this.code = code;
        this.data = data;
    }

    /** One whose HTTP status says the same. */
    static RpcException refused(HttpResponseStatus status, int code, @Nullable String sentence) {
        return new RpcException(status, code, String.valueOf(sentence), Map.of());
    }

    /** One of a message that was understood. */
    static RpcException of(int code, String sentence) {
        return new RpcException(HttpResponseStatus.OK, code, sentence, Map.of());
    }

    static RpcException invalidParams(String sentence) {
        return of(INVALID_PARAMS, sentence);
    }

    static RpcException mismatch(String sentence) {
        return refused(HttpResponseStatus.BAD_REQUEST, HEADER_MISMATCH, sentence);
    }

    /**
     * The same with more for programs.
     *
     * @param members texts and lists of texts
     */
    RpcException with(Map<String, Object> members) {
        return new RpcException(status, code, sentence(), members);
    }

    HttpResponseStatus status() {
        return status;
    }

    int code() {
        return code;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    Map<String, Object> data() {
        return data;
    }
}
