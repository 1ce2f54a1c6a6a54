package dev.culvert.daemon.client.host;

import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;

/** An answer of the daemon. */
public record Reply(int status, String body) {
    public boolean isOk() {
        return status / 100 == 2;
    }

    /** What it says as JSON; nothing if it is none. */
    public Value json() {
        try {
            return Value.parse(body);
        } catch (BadValueException _) {
            return Value.nothing();
        }
    }

    /** The sentence of a problem, or else its status. */
    public String sentence() {
        String error = json().text("error");
        return error.isEmpty() ? "HTTP " + status : error;
    }
}
