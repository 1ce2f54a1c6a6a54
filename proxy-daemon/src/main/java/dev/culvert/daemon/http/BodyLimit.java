package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;

/**
 * How large the body of a request may be.
 *
 * @param key the setting that changes it
 */
record BodyLimit(String key, int bytes) {
    Problem exceeded() {
        return Problem.of(
                REQUEST_ENTITY_TOO_LARGE,
                "The body takes more than " + bytes + " bytes (" + key + "): send less.");
    }
}
