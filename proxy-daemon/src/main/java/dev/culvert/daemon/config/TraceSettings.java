package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.Section;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The section {@code traces}. Without an endpoint nothing is traced.
 *
 * @param endpoint where spans go, by OTLP over HTTP as JSON
 * @param headers what each request to the endpoint has besides; the values are secrets
 * @param sample how many in a hundred of the requests are traced whose clients do not say so
 * @param queue how many requests may wait to be sent; one more is dropped
 * @param timeout for one request to the endpoint
 */
public record TraceSettings(
        Optional<URI> endpoint,
        Map<String, SecretSource> headers,
        int sample,
        int queue,
        Duration timeout) {
    public static final TraceSettings DEFAULTS =
            new TraceSettings(Optional.empty(), Map.of(), 100, 2_048, Duration.ofSeconds(10));

    private static final int WHOLE = 100;

    public TraceSettings {
        headers = Map.copyOf(headers);
        endpoint.ifPresent(TraceSettings::check);
        Check.between("sample", sample, 0, WHOLE);
        Check.between("queue", queue, 1, 1_000_000);
        Check.positive("timeout", timeout);
    }

    private static void check(URI uri) {
        boolean isUsable =
                ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                        && uri.getHost() != null
                        && uri.getRawUserInfo() == null
                        && uri.getRawFragment() == null;
        Check.that(
                isUsable,
                "endpoint",
                "what it is",
                "it must be http://HOST:PORT/PATH or https://…, mostly with the path /v1/traces;"
                        + " a user or a password belongs in traces.headers");
    }

    static TraceSettings read(Section in) {
        return new TraceSettings(
                in.find("endpoint", Kind.text("a URL", URI::create)),
                in.find("headers", Kind.SECRETS).orElse(DEFAULTS.headers),
                in.get("sample", Kind.PERCENT, DEFAULTS.sample),
                in.get("queue", Kind.INT, DEFAULTS.queue),
                in.get("timeout", Kind.DURATION, DEFAULTS.timeout));
    }
}
