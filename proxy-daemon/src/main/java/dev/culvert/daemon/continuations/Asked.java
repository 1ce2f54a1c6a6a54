package dev.culvert.daemon.continuations;

import dev.culvert.daemon.auth.Caller;

/**
 * Who goes on with which turn.
 *
 * @param secret what its end gave the client
 * @param whom names the request, as no other request is named
 * @param isRepeatable whether the client may send the request again, under the same name
 */
public record Asked(
        String turn,
        String secret,
        Caller caller,
        ToolResults results,
        String whom,
        boolean isRepeatable) {
    /** By which the request and what is given back after it come one after the other. */
    public String key() {
        return Secrets.hash(secret);
    }
}
