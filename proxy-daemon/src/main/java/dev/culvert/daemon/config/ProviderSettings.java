package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.Section;
import dev.culvert.upstream.UpstreamLimits;
import dev.culvert.upstream.UpstreamUrl;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One LLM service of the list {@code providers}, which the host reaches with a key of its own.
 *
 * @param url what a client of this kind takes as its base URL
 * @param key that the service asks for; empty for one that asks for none
 * @param ca a file with the issuers of its certificate, instead of those that the JDK trusts
 * @param models names or globs; an empty list allows every model
 * @param tenants whose callers may use it; an empty list names all
 * @param hostedTools whether it may run tools itself, such as a search of the web
 * @param retries how often it is asked again before the first byte of an answer
 */
public record ProviderSettings(
        String name,
        ProviderKind kind,
        UpstreamUrl url,
        Optional<SecretSource> key,
        Optional<Path> ca,
        List<String> models,
        List<String> tenants,
        boolean hostedTools,
        int retries,
        UpstreamLimits limits) {
    public static final int DEFAULT_RETRIES = 1;

    private static final int MOST_RETRIES = 5;
    private static final Kind<UpstreamUrl> URL = Kind.text(UpstreamUrl.TAKES, UpstreamUrl::parse);
    private static final Kind<String> MODEL =
            Kind.matching(Pattern.compile("[!-~]{1,200}"), "the name of a model, or a glob");
    private static final UpstreamUrl NONE = UpstreamUrl.parse("http://localhost:1");

    public ProviderSettings {
        models = List.copyOf(models);
        tenants = List.copyOf(tenants);
        Check.that(
                AgentSettings.isName(name),
                "name",
                '"' + name + '"',
                "a provider has a name: " + AgentSettings.NAME_TAKES);
        Check.between("retries", retries, 0, MOST_RETRIES);
        Check.that(
                ca.isEmpty() || url.isTls(),
                "ca",
                ca.map(Path::toString).orElse(""),
                "it is for a url that begins with https://");
    }

    static ProviderSettings read(Section in) {
        String name = in.get("name", AgentSettings.NAME_KIND, "");
        Optional<ProviderKind> kind = in.find("kind", Kind.choice(ProviderKind.class));
        Optional<UpstreamUrl> url = in.find("url", URL);
        Check.that(
                kind.isPresent(),
                "kind",
                "missing",
                "say whose API the provider speaks: openai or anthropic");
        Check.that(
                url.isPresent(),
                "url",
                "missing",
                "say where the provider is, such as https://api.openai.com/v1 or"
                        + " https://api.anthropic.com");
        UpstreamLimits limits = UpstreamLimits.DEFAULTS;
        return new ProviderSettings(
                name,
                kind.orElse(ProviderKind.OPENAI),
                url.orElse(NONE),
                in.find("key", Kind.SECRET),
                in.find("ca", Kind.PATH),
                in.list("models", MODEL, List.of()),
                in.list("tenants", AgentSettings.NAME_KIND, List.of()),
                in.get("hosted_tools", Kind.BOOLEAN, false),
                in.get("retries", Kind.INT, DEFAULT_RETRIES),
                new UpstreamLimits(
                        in.get("connect_timeout", Kind.DURATION, limits.connect()),
                        in.get("idle_timeout", Kind.DURATION, limits.idle())));
    }

    /** Without where its key is. */
    @Override
    public String toString() {
        return name + " (" + kind + ") at " + url;
    }
}
