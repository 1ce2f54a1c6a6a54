package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where answers come from. */
public sealed interface RuntimeSource {
    /** Streams the user's words back. */
    record Echo(Duration delay) implements RuntimeSource {
        @Override
        public String toString() {
            return RuntimeSource.ECHO;
        }
    }

    /**
     * An OpenAI-compatible or Anthropic-compatible server.
     *
     * @param keyFile contains the key; null if the runtime needs none
     */
    record Http(
            URI base,
            @Nullable Path keyFile,
            RuntimeRequests requests,
            RuntimeTimeouts timeouts,
            RuntimeLimits limits)
            implements RuntimeSource {
        @Override
        public String toString() {
            return base.toString();
        }
    }

    /** The value of {@code runtime} for the built-in echo. */
    String ECHO = "echo";

    /** The usual runtime, in the same VM as the agent. */
    Http DEFAULT =
            new Http(
                    URI.create("http://127.0.0.1:8081"),
                    null,
                    RuntimeRequests.DEFAULTS,
                    RuntimeTimeouts.DEFAULTS,
                    RuntimeLimits.DEFAULTS);

    static RuntimeSource read(Section in) {
        String runtime = in.get("runtime", Kind.TEXT, DEFAULT.base.toString());
        Duration echoDelay = in.get("echo_delay", Kind.DURATION, Duration.ZERO);
        Check.notNegative("echo_delay", echoDelay);
        Path keyFile = in.find("runtime_key_file", Kind.PATH).orElse(null);
        RuntimeRequests requests = RuntimeRequests.read(in);
        RuntimeTimeouts timeouts = RuntimeTimeouts.read(in);
        RuntimeLimits limits = RuntimeLimits.read(in);
        return runtime.equals(ECHO)
                ? new Echo(echoDelay)
                : new Http(Address.read(runtime), keyFile, requests, timeouts, limits);
    }

    /** Reads an address. The scheme may be missing, and so may the host, which is then loopback. */
    final class Address {
        private static final Pattern BARE =
                Pattern.compile("([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+])?:[0-9]+(/.*)?");

        private Address() {}

        private static URI read(String text) {
            try {
                URI base = URI.create(completed(text));
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

        private static String completed(String text) {
            if (!BARE.matcher(text).matches()) {
                return text;
            }
            return "http://" + (text.startsWith(":") ? "127.0.0.1" : "") + text;
        }
    }
}
