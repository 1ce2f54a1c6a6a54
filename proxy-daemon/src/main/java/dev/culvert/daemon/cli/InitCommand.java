package dev.culvert.daemon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.settings.Node;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code culvertd init}: makes the first admin token. */
@Command(
        name = "init",
        description = {
            "Makes the first admin token, and stores it for this user's command culvert.",
            "Its secret goes to ~/.config/culvert. From then on the daemon asks its clients for tokens."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Culvertd.BuildVersion.class,
        sortOptions = false,
        footer = {"", "If a daemon runs, reload it afterwards: systemctl reload culvertd."},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the token was made and stored",
            "1:there are tokens already, or a file could not be written",
            "2:wrong flags or settings"
        })
final class InitCommand implements Callable<Integer> {
    private static final String CONTEXT = "local";

    private final Layers layers;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Mixin private final TokenPlace place = new TokenPlace();

    InitCommand(Layers layers) {
        this.layers = layers;
    }

    @Override
    public Integer call() throws Exception {
        DaemonSettings settings = place.settings(layers);
        Path file = layers.folderOfUser().resolve(CONTEXT + ".token");
        if (Files.exists(file)) {
            throw new IOException(
                    "%s is there already, so no token was made: delete it, or make another token with culvertd token create"
                            .formatted(file));
        }
        TokenPlace.Found found = place.find(settings);
        Tokens tokens = found.tokens();
        if (!tokens.all().isEmpty()) {
            throw new IOException(
                    "there are tokens in %s already: make another one with culvertd token create --name NAME --role admin"
                            .formatted(found.where()));
        }
        Tokens.Made made =
                tokens.create(
                        new Grant("admin", null, Set.of(), Set.of("admin"), Grant.Limits.NONE),
                        null);
        boolean isContext;
        try {
            OwnerOnly.write(file, UTF_8.encode(made.secret() + "\n"));
            isContext = nameContext(file, settings.http().listen().getFirst());
        } catch (IOException e) {
            tokens.revoke(made.token().id());
            throw new IOException(
                    "the token was revoked again, because it could not be stored: "
                            + FileTrouble.of(e),
                    e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf("made the admin token %s in %s%n", made.token().id(), found.where());
        out.printf("stored its secret in %s%n", file);
        if (isContext) {
            out.printf("the command culvert uses it, as the context '%s'%n", CONTEXT);
        }
        out.println("if a daemon runs, reload it: systemctl reload culvertd");
        return 0;
    }

    /** Makes the daemon known to the command culvert, unless that knows some already. */
    private static boolean nameContext(Path tokenFile, AgentAddress address) throws IOException {
        Path contexts = tokenFile.resolveSibling("contexts.jsonc");
        if (Files.exists(contexts)) {
            return false;
        }
        String text =
                """
                {
                  "current": "%s",
                  "contexts": {"%s": {"url": "%s", "token_file": %s}}
                }
                """
                        .formatted(
                                CONTEXT, CONTEXT, url(address), Node.quote(tokenFile.toString()));
        OwnerOnly.write(contexts, UTF_8.encode(text));
        return true;
    }

    private static String url(AgentAddress address) {
        return address instanceof AgentAddress.Tcp tcp
                ? tcp.toString().replaceFirst("^tcp", "http")
                : address.toString();
    }
}
