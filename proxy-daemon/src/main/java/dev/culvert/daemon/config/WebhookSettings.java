package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.Section;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One of the list {@code webhooks}: where the daemon tells what happens.
 *
 * @param name for people, in commands, logs and metrics
 * @param url of the receiver; its path may be a secret
 * @param secret by which messages are signed
 * @param events what it is told; empty means all
 * @param tenant the only one whose events it is told; those of all without one
 * @param ca the authorities that its certificate is checked by, in PEM; without it, the system's
 * @param timeout for one attempt
 * @param maxAge of a message that is still tried
 * @param maxAttempts of one message
 * @param maxWaiting how many messages may wait; one more is lost
 */
public record WebhookSettings(
        String name,
        URI url,
        SecretSource secret,
        Set<WebhookEvent> events,
        Optional<String> tenant,
        Optional<Path> ca,
        Duration timeout,
        Duration maxAge,
        int maxAttempts,
        int maxWaiting) {
    public static final Duration TIMEOUT = Duration.ofSeconds(10);
    public static final Duration MAX_AGE = Duration.ofDays(1);
    public static final int MAX_ATTEMPTS = 50;
    public static final int MAX_WAITING = 1_000;

    /** How many there may be. */
    private static final int MOST = 100;

    private static final Kind<WebhookEvent> EVENT =
            Kind.oneOf(List.of(WebhookEvent.values()), WebhookEvent::label);

    public WebhookSettings {
        events = Set.copyOf(events);
        Check.positive("timeout", timeout);
        Check.positive("max_age", maxAge);
        Check.between("max_attempts", maxAttempts, 1, 1_000);
        Check.between("max_waiting", maxWaiting, 1, 10_000);
        Check.that(
                AgentSettings.isName(name),
                "name",
                '"' + name + '"',
                "it must be " + AgentSettings.NAME_TAKES);
    }

    private static boolean isUsable(URI uri) {
        return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                && uri.getHost() != null
                && uri.getPort() != 0
                && uri.getRawUserInfo() == null
                && uri.getRawFragment() == null;
    }

    /* The URL is not repeated: services put secrets into its path. */
    static WebhookSettings read(Section in) {
        String name = in.get("name", AgentSettings.NAME_KIND, "");
        Optional<URI> url = in.find("url", Kind.text("a URL", URI::create).secret());
        Optional<SecretSource> secret = in.find("secret", Kind.SECRET);
        List<WebhookEvent> events = in.list("events", EVENT, List.of());
        Optional<String> tenant = in.find("tenant", AgentSettings.NAME_KIND);
        Optional<Path> ca = in.find("ca", Kind.PATH);
        Duration timeout = in.get("timeout", Kind.DURATION, TIMEOUT);
        Duration maxAge = in.get("max_age", Kind.DURATION, MAX_AGE);
        int maxAttempts = in.get("max_attempts", Kind.INT, MAX_ATTEMPTS);
        int maxWaiting = in.get("max_waiting", Kind.INT, MAX_WAITING);
        Check.that(
                url.isPresent() && isUsable(url.get()),
                "url",
                url.isPresent() ? "what it is" : "missing",
                "it must be https://HOST/PATH or http://HOST:PORT/PATH, without a user, a password"
                        + " or a fragment");
        Check.that(
                secret.isPresent(),
                "secret",
                "missing",
                "say where the secret is, such as {\"file\": \"/etc/culvert/hook.secret\"}");
        return new WebhookSettings(
                name,
                url.get(),
                secret.get(),
                Set.copyOf(events),
                tenant,
                ca,
                timeout,
                maxAge,
                maxAttempts,
                maxWaiting);
    }

    /** There are few of them, and no two have the same name. */
    static List<WebhookSettings> checked(List<WebhookSettings> all) {
        Check.that(all.size() <= MOST, "webhooks", all.size() + " webhooks", "100 at most");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            String name = all.get(i).name();
            Check.that(
                    names.add(name),
                    "webhooks[" + i + "].name",
                    '"' + name + '"',
                    "there is a webhook of that name already");
        }
        return List.copyOf(all);
    }

    /** Whether it is told of this. */
    public boolean wants(WebhookEvent event, String ofTenant) {
        return (events.isEmpty() || events.contains(event))
                && tenant.map(ofTenant::equals).orElse(true);
    }

    /** Where it is, without the path. */
    public String origin() {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    /** Without the path and the secret. */
    @Override
    public String toString() {
        return "webhook " + name + " at " + origin();
    }
}
