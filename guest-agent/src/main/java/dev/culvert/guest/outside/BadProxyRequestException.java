package dev.culvert.guest.outside;

import java.io.Serial;

/** A request that no proxy can take. The message is a sentence. Stackless. */
final class BadProxyRequestException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final String status;

    /**
     * @param status of the answer, such as {@code 400 Bad Request}
     */
    BadProxyRequestException(String status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    String status() {
        return status;
    }
}
