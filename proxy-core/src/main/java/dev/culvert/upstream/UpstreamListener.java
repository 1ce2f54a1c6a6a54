package dev.culvert.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Is told what a server answers: a head, then content, then one end; or a failure at any time.
 * Called on the loop of the call. Must not throw.
 */
public interface UpstreamListener {
    /** Never an interim answer. Lends {@code headers}. */
    void onHead(HttpResponseStatus status, HttpHeaders headers);

    /** Lends {@code content} for the call. */
    void onContent(ByteBuf content);

    /** The answer is complete. */
    void onEnd();

    /**
     * The request was sent over a connection that had waited, and that was lost before a byte of
     * the answer.
     *
     * @return whether to send it once more, over a fresh connection; else the call has failed
     */
    default boolean maySendAgain() {
        return true;
    }

    /** There is no complete answer, and nothing more is told. */
    void onFailure(UpstreamFailure failure);
}
