package dev.culvert.daemon.client.host;

import java.io.IOException;

/** What the daemon answers. */
public interface DaemonAnswers {
    /** Where it asks, for people. */
    String target();

    /**
     * Sends a request without a body.
     *
     * @throws IOException when nobody answers; its message is a sentence
     */
    Reply send(String method, String path) throws IOException;

    default Reply get(String path) throws IOException {
        return send("GET", path);
    }

    /** One that nobody answers. */
    static DaemonAnswers absent(String why) {
        return new DaemonAnswers() {
            @Override
            public String target() {
                return "no daemon";
            }

            @Override
            public Reply send(String method, String path) throws IOException {
                throw new IOException(why);
            }
        };
    }
}
