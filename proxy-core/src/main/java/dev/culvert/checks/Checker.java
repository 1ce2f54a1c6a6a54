package dev.culvert.checks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.about.Version;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

/**
 * Checks one target after the other, on the thread that calls. Safe for all threads.
 *
 * @param authorities whose certificates are trusted
 * @param clock for what is said about a certificate's end
 */
public record Checker(Authorities authorities, Clock clock) {
    static final String AGENT = "culvert/" + Version.text();

    public Checker(Authorities authorities) {
        this(authorities, Clock.systemUTC());
    }

    /**
     * Takes every hop in turn, up to the first that fails. Blocks, never longer than {@code
     * timeout}; reads nothing of an answer but its status.
     *
     * @param rule says to which addresses it may connect
     */
    public CheckResult run(Target target, Through through, AddressRule rule, Duration timeout) {
        Journey journey = new Journey(this, target, through, rule, timeout);
        try (journey) {
            return journey.run();
        }
    }

    /** Sends the request, and returns the status of the answer. */
    static int ask(Target target, String line, String more, Connected socket) throws IOException {
        String head =
                "GET %s HTTP/1.1\r\nhost: %s\r\nuser-agent: %s\r\naccept: */*\r\n%sconnection: close\r\n\r\n"
                        .formatted(line, target.hostHeader(), AGENT, more);
        socket.out().write(head.getBytes(US_ASCII));
        socket.out().flush();
        return new Wire(socket.in()).status();
    }
}
