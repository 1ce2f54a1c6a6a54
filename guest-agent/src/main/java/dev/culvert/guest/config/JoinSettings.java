package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the agent dials in.
 *
 * @param target where; empty to be dialled only
 * @param ca PEM: the issuers of the daemon's certificate; empty for those that the JVM trusts
 */
public record JoinSettings(Optional<JoinTarget> target, Optional<Path> ca) {
    public static final JoinSettings DEFAULTS =
            new JoinSettings(Optional.empty(), Optional.empty());

    private static final Kind<JoinTarget> TARGET = Kind.text(JoinTarget.TAKES, JoinTarget::parse);

    public JoinSettings {
        Check.that(
                ca.isEmpty() || target.map(JoinTarget::tls).orElse(false),
                "join_ca",
                ca.map(Path::toString).orElse(""),
                "only TLS uses it: set join to a wss:// or tls:// address, too");
    }

    static JoinSettings read(Section in) {
        return new JoinSettings(in.find("join", TARGET), in.find("join_ca", Kind.PATH));
    }
}
