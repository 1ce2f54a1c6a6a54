package dev.culvert.daemon.providers;

import dev.culvert.about.Version;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.ProviderKind;
import dev.culvert.daemon.config.ProviderSettings;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Request;
import dev.culvert.policy.Glob;
import dev.culvert.settings.SecretText;
import dev.culvert.upstream.UpstreamServer;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One LLM service.
 *
 * @param server null if its settings cannot be used
 * @param key null if it asks for none
 */
record Provider(
        ProviderSettings settings,
        @Nullable UpstreamServer server,
        String trouble,
        @Nullable ProviderKey key) {

    /** What passes from the client to the provider, of the headers that the daemon reads at all. */
    private static final List<Header> PASSED =
            List.of(
                    Header.ACCEPT,
                    Header.ANTHROPIC_BETA,
                    Header.ANTHROPIC_VERSION,
                    Header.CONTENT_TYPE);

    private static final String X_API_KEY = "x-api-key";
    private static final String BEARER = "Bearer ";
    private static final String AGENT = "culvertd/" + Version.text();

    String name() {
        return settings.name();
    }

    boolean isFor(@Nullable String tenant) {
        return settings.tenants().isEmpty()
                || tenant == null
                || settings.tenants().contains(tenant);
    }

    boolean allows(String model) {
        return settings.models().isEmpty()
                || settings.models().stream().anyMatch(it -> Glob.matches(it, model));
    }

    /**
     * All callers share an account of the provider, which may keep answers by these keys: nobody
     * gets the answer of another caller with the same key.
     */
    private static String keyOf(Caller caller, String key) {
        String whose =
                String.join(
                        "\n",
                        caller.kind().label(),
                        String.valueOf(caller.tenant()),
                        caller.name(),
                        key);
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(whose.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whether what it says of its account's use is of one tenant only, and the caller's. */
    boolean mayShowUse(Caller caller) {
        String tenant = caller.tenant();
        return tenant == null || settings.tenants().equals(List.of(tenant));
    }

    /**
     * Those of the request that it gets. A key of the client is not among them.
     *
     * @throws IllegalArgumentException if the key breaks out of its line
     */
    HttpHeaders headers(Request request, @Nullable SecretText secret) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (Header header : PASSED) {
            String value = request.header(header);
            if (value != null) {
                headers.set(header.toString(), value);
            }
        }
        String key = request.header(Header.IDEMPOTENCY_KEY);
        if (key != null) {
            headers.set(Header.IDEMPOTENCY_KEY.toString(), keyOf(request.caller(), key));
        }
        headers.set(HttpHeaderNames.USER_AGENT, AGENT);
        headers.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
        if (secret != null) {
            if (settings.kind() == ProviderKind.ANTHROPIC) {
                headers.set(X_API_KEY, secret.reveal());
            } else {
                headers.set(HttpHeaderNames.AUTHORIZATION, BEARER + secret.reveal());
            }
        }
        return headers;
    }
}
