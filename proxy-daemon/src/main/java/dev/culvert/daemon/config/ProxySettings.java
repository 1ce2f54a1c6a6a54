package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Of the section {@code http}: what a reverse proxy in front of the daemon needs.
 *
 * @param allowedHosts names by which clients call the daemon, in lower case, besides those of
 *     loopback and of its listeners; {@code *.NAME} is every name below NAME
 * @param trustedProxies the proxies that may say who their client is
 */
public record ProxySettings(List<String> allowedHosts, List<TrustedProxy> trustedProxies) {
    private static final Pattern HOST =
            Pattern.compile("(\\*\\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\\[[0-9a-f:.]+]");
    private static final Kind<TrustedProxy> PROXY =
            Kind.text("an address, a network such as 10.0.0.0/8, or unix", TrustedProxy::parse);

    public static final ProxySettings DEFAULTS = new ProxySettings(List.of(), List.of());

    public ProxySettings {
        allowedHosts = allowedHosts.stream().map(it -> it.toLowerCase(Locale.ROOT)).toList();
        trustedProxies = List.copyOf(trustedProxies);
        for (int index = 0; index < allowedHosts.size(); index++) {
            Check.that(
                    HOST.matcher(allowedHosts.get(index)).matches(),
                    "allowed_hosts[" + index + "]",
                    '"' + allowedHosts.get(index) + '"',
                    "it takes a host name without scheme and port, such as"
                            + " \"culvert.example.org\", or \"*.example.org\" for every name below"
                            + " example.org");
        }
    }

    static ProxySettings read(Section http) {
        return new ProxySettings(
                http.list("allowed_hosts", Kind.TEXT, DEFAULTS.allowedHosts),
                http.list("trusted_proxies", PROXY, DEFAULTS.trustedProxies));
    }
}
