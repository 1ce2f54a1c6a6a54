package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.util.regex.Pattern;

/**
 * The section {@code preview}: links that show ports of agents in browsers.
 *
 * @param domain each preview has a host below it
 * @param max previews that are listed, of all tenants together
 */
public record PreviewSettings(String domain, int max) {
    public static final PreviewSettings DEFAULTS = new PreviewSettings("preview.localhost", 1_000);

    private static final Kind<String> DOMAIN =
            Kind.matching(
                    Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9-]{1,63}){0,8}"),
                    "a domain in lower case, such as preview.example.org");

    public PreviewSettings {
        Check.between("max", max, 0, 100_000);
    }

    static PreviewSettings read(Section in) {
        return new PreviewSettings(
                in.get("domain", DOMAIN, DEFAULTS.domain), in.get("max", Kind.INT, DEFAULTS.max));
    }
}
