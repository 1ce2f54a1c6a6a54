package dev.culvert.daemon.client.doctor;

import java.util.List;

/** A command that mends something, can do no harm, and may be repeated. */
public record Remedy(List<String> command) {
    static Remedy of(String... command) {
        return new Remedy(List.of(command));
    }

    /** As one types it. */
    public String text() {
        return String.join(" ", command);
    }
}
