package dev.culvert.daemon.cli;

import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvertd config validate}: checks what {@code serve} would read here, except flags. */
/* The file is also read alone, because variables hide mistakes in the keys that they override. */
@Command(
        name = "validate",
        description =
                "Reports every mistake in the settings file, with its line and column, in the"
                        + " CULVERT_… variables of this environment, and in the state_dir.",
        mixinStandardHelpOptions = true,
        versionProvider = Culvertd.BuildVersion.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the settings are valid", "2:they are not, or the file does not exist"})
final class ValidateCommand implements Callable<Integer> {
    private final Layers layers;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description =
                    "The file to check. Default: the one that serve would read, CULVERT_CONFIG"
                            + " or /etc/culvert/culvertd.jsonc.")
    private @Nullable Path named;

    ValidateCommand(Layers layers) {
        this.layers = layers;
    }

    @Override
    public Integer call() {
        Optional<Path> file = layers.file(named);
        Set<String> problems = new LinkedHashSet<>();
        file.ifPresent(path ->
                read(
                        problems,
                        () -> Settings.read(List.of(Layer.file(path)), DaemonSettings::read)));
        Optional<DaemonSettings> settings = read(problems, () -> layers.read(Map.of(), file));
        settings.flatMap(DaemonSettings::stateDir)
                .flatMap(StateDir::trouble)
                .ifPresent(problems::add);
        settings.flatMap(ValidateCommand::lackOfCredentials).ifPresent(problems::add);
        if (!problems.isEmpty() || settings.isEmpty()) {
            problems.forEach(spec.commandLine().getErr()::println);
            return Culvertd.WRONG;
        }
        int agents = settings.get().agents().size();
        spec.commandLine()
                .getOut()
                .printf(
                        "%s: ok, %d %s%n",
                        file.map(Path::toString).orElse("no settings file"),
                        agents,
                        agents == 1 ? "agent" : "agents");
        return 0;
    }

    /** Why serve would not start without a token; empty if it has one or needs none. */
    private static Optional<String> lackOfCredentials(DaemonSettings settings) {
        Optional<String> refusal = settings.http().refusalWithoutCredentials();
        if (refusal.isEmpty() || !settings.auth().unix().isEmpty()) {
            return Optional.empty();
        }
        Optional<TokenStore> tokens =
                settings.database().url().isPresent()
                        ? Optional.of(StateDir.tokensOn(settings.database()))
                        : settings.stateDir().map(StateDir::tokensIn);
        try {
            return tokens.isPresent() && !tokens.get().read().isEmpty()
                    ? Optional.empty()
                    : refusal;
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private interface Reading {
        Settings<DaemonSettings> run() throws BadSettingsException;
    }

    private static Optional<DaemonSettings> read(Set<String> problems, Reading reading) {
        try {
            return Optional.of(reading.run().value());
        } catch (BadSettingsException e) {
            problems.addAll(e.mistakes());
            return Optional.empty();
        }
    }
}
