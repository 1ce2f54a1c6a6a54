package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the guest passes on between the host and programs in the VM.
 *
 * @param localSocket the Unix socket for these programs; null for none
 * @param connections of programs at once
 * @param maxRequests that wait for an answer, in either direction together
 * @param maxDataBytes of one message
 * @param timeout how long an answer may take, in either direction
 */
public record SubjectSettings(
        @Nullable Path localSocket,
        int connections,
        int maxRequests,
        int maxDataBytes,
        Duration timeout) {
    public static final SubjectSettings DEFAULTS =
            new SubjectSettings(null, 64, 256, 256 << 10, Duration.ofSeconds(30));

    public SubjectSettings {
        Check.atLeast("local_connections", connections, 1);
        Check.atLeast("subject_requests", maxRequests, 1);
        Check.bytesBetween("subject_bytes", maxDataBytes, 1, 2 << 20);
        Check.positive("subject_timeout", timeout);
    }

    static SubjectSettings read(Section in) {
        return new SubjectSettings(
                in.find("local_socket", Kind.PATH).orElse(null),
                in.get("local_connections", Kind.INT, DEFAULTS.connections),
                in.get("subject_requests", Kind.INT, DEFAULTS.maxRequests),
                in.get("subject_bytes", Kind.BYTES, DEFAULTS.maxDataBytes),
                in.get("subject_timeout", Kind.DURATION, DEFAULTS.timeout));
    }
}
