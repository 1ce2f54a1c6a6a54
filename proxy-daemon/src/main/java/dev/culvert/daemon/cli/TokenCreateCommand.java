package dev.culvert.daemon.cli;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.flags.TokenFlags;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvertd token create}: makes a token without a daemon. */
@Command(
        name = "create",
        description = {
            "Makes a token in the state_dir and prints its secret, once.",
            "A daemon that runs knows it after a reload (systemctl reload culvertd)."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Culvertd.BuildVersion.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the token was made", "1:it could not be stored", "2:wrong flags"})
final class TokenCreateCommand implements Callable<Integer> {
    private final Layers layers;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Mixin private final TokenPlace place = new TokenPlace();

    @Mixin private final TokenFlags flags = new TokenFlags();

    TokenCreateCommand(Layers layers) {
        this.layers = layers;
    }

    @Override
    public Integer call() throws Exception {
        DaemonSettings settings = place.settings(layers);
        try {
            Grant grant = grant();
            Tokens.Made made = place.find(settings).tokens().create(grant, lifetime());
            spec.commandLine().getOut().println(made.secret());
            spec.commandLine()
                    .getErr()
                    .println(
                            "made token %s; a daemon that runs knows it after: systemctl reload culvertd"
                                    .formatted(made.token().id()));
            return 0;
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private Grant grant() {
        return new Grant(
                flags.name(),
                flags.tenant().orElse(null),
                scopes(),
                Set.copyOf(flags.roles()),
                Grant.Limits.of(
                        flags.rate().orElse(null),
                        flags.bytes().orElse(null),
                        flags.turns().orElse(0)));
    }

    private Set<Scope> scopes() {
        EnumSet<Scope> all = EnumSet.noneOf(Scope.class);
        for (String label : flags.scopes()) {
            all.add(
                    Scope.of(label)
                            .orElseThrow(() ->
                                    wrong(
                                            "--scope got \"%s\": it takes %s%s"
                                                    .formatted(
                                                            label,
                                                            Scope.labels(),
                                                            Spelling.question(
                                                                    label, Scope.all())))));
        }
        return all;
    }

    private @Nullable Duration lifetime() {
        String expires = flags.expires().orElse(null);
        try {
            return expires == null ? null : AuthSettings.lifetime(expires);
        } catch (NumberFormatException _) {
            throw wrong("--expires got \"" + expires + "\": it takes a time such as 90d or 12h");
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
