package dev.culvert.guest.config;

import dev.culvert.config.Check;
import dev.culvert.config.Kind;
import dev.culvert.config.Section;
import dev.culvert.transport.AgentAddress;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the guest is told at its start.
 *
 * @param listen where the host reaches it
 * @param acceptFrom who may connect, on vsock
 * @param runtime where answers come from
 * @param maxTurns at once
 * @param turnLogs what is kept of turns
 * @param maxContextBytes of all context that the host gave
 * @param stateDir where configuration and context are kept over restarts; null to forget them
 * @param drain how long turns may go on after a request to stop
 */
public record GuestSettings(
        AgentAddress listen,
        AcceptFrom acceptFrom,
        RuntimeSource runtime,
        int maxTurns,
        TurnLogSettings turnLogs,
        int maxContextBytes,
        @Nullable Path stateDir,
        Duration drain,
        LogLevel logLevel) {

    /** Who may connect: every process in the VM can dial a vsock port of its own machine too. */
    public enum AcceptFrom {
        HOST,
        ANY
    }

    /** How much is logged; the names are those of the logging library. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** Where answers come from. */
    public sealed interface RuntimeSource {
        /** Streams the user's words back. */
        record Echo(Duration delay) implements RuntimeSource {}

        /**
         * An OpenAI-compatible server.
         *
         * @param keyFile holds the bearer key; null where the runtime wants none
         * @param model where neither configuration nor message names one
         * @param timeout without any piece of an answer
         */
        record Http(URI base, @Nullable Path keyFile, @Nullable String model, Duration timeout)
                implements RuntimeSource {}
    }

    private static final String ECHO = "echo";
    private static final Kind<AgentAddress> ADDRESS =
            Kind.text(
                    "vsock://any:PORT, tcp://HOST:PORT or unix:///PATH",
                    AgentAddress::parseListener);

    public GuestSettings {
        Check.atLeast("max_turns", maxTurns, 1);
        Check.atLeast("max_context_bytes", maxContextBytes, 1);
        Check.notNegative("drain", drain);
    }

    /** Every key, with what it takes and its default. */
    public static GuestSettings read(Section section) {
        return new GuestSettings(
                section.get("listen", ADDRESS, AgentAddress.parse("vsock://any:1024")),
                section.get("accept_from", Kind.choice(AcceptFrom.class), AcceptFrom.HOST),
                runtime(section),
                section.get("max_turns", Kind.INT, 64),
                TurnLogSettings.read(section),
                section.get("max_context_bytes", Kind.BYTES, 64 * 1024),
                section.find("state_dir", Kind.PATH).orElse(null),
                section.get("drain", Kind.DURATION, Duration.ofSeconds(10)),
                section.get("log_level", Kind.choice(LogLevel.class), LogLevel.INFO));
    }

    private static RuntimeSource runtime(Section section) {
        String runtime = section.get("runtime", Kind.TEXT, "http://127.0.0.1:8081");
        Duration echoDelay = section.get("echo_delay", Kind.DURATION, Duration.ZERO);
        Path keyFile = section.find("runtime_key_file", Kind.PATH).orElse(null);
        String model = section.find("runtime_model", Kind.TEXT).orElse(null);
        Duration timeout = section.get("runtime_timeout", Kind.DURATION, Duration.ofSeconds(45));
        Check.notNegative("echo_delay", echoDelay);
        Check.positive("runtime_timeout", timeout);
        return runtime.equals(ECHO)
                ? new RuntimeSource.Echo(echoDelay)
                : new RuntimeSource.Http(base(runtime), keyFile, model, timeout);
    }

    private static URI base(String text) {
        try {
            URI base = URI.create(text);
            Check.that(
                    "http".equalsIgnoreCase(base.getScheme()) && base.getHost() != null,
                    "runtime",
                    text,
                    "it must be http://HOST:PORT, or echo");
            return base;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "runtime is " + text + ": it must be http://HOST:PORT, or echo", e);
        }
    }
}
