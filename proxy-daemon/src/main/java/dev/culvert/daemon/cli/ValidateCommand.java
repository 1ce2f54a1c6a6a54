package dev.culvert.daemon.cli;

import dev.culvert.config.BadSettingsException;
import dev.culvert.config.Settings;
import dev.culvert.config.Source;
import dev.culvert.daemon.config.DaemonSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvertd config validate}: a file alone, whatever flags and environment say. */
@Command(
        name = "validate",
        description =
                "Tells all that is wrong with a settings file, each with its line and column.",
        mixinStandardHelpOptions = true,
        versionProvider = Culvertd.BuildVersion.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the file can be used", "2:it cannot, or there is no such file"})
final class ValidateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The file to check.")
    @SuppressWarnings("NullAway.Init") // as above
    private Path file;

    @Override
    public Integer call() throws BadSettingsException {
        int agents =
                Settings.read(List.of(Source.file(file)), DaemonSettings::read)
                        .value()
                        .agents()
                        .size();
        spec.commandLine()
                .getOut()
                .printf("%s: ok, %d %s%n", file, agents, agents == 1 ? "agent" : "agents");
        return 0;
    }
}
