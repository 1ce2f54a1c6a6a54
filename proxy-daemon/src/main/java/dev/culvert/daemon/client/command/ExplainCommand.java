package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.explain.Explanation;
import dev.culvert.daemon.client.explain.KeyFacts;
import dev.culvert.daemon.client.explain.Keys;
import dev.culvert.daemon.client.host.DaemonFile;
import dev.culvert.daemon.client.host.Host;
import dev.culvert.daemon.client.host.ThisHost;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert explain KEY}. */
@Command(
        name = "explain",
        description = "Explains a key of the daemon's settings; without KEY it lists all keys.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "A key is http.max_connections, a section is http, and CULVERT_HTTP_MAX_CONNECTIONS is",
            "the same key as a variable. It needs no running daemon.",
            "",
            "Examples:",
            "  culvert explain http.max_connections",
            "  culvert explain timeouts"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "5:there is no such key"})
final class ExplainCommand implements Verb {
    private static final View VIEW =
            View.of("key", Column.of("KEY", "key"), Column.of("ABOUT", "about"));

    private final Session session;

    @Parameters(arity = "0..1", paramLabel = "KEY", description = "A key, a section or a variable.")
    private @Nullable String key;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "The settings file in which to look for the key.",
                "Default: /etc/culvert/culvertd.jsonc"
            })
    private @Nullable Path config;

    ExplainCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() {
        Keys keys = Keys.load();
        if (key == null) {
            return list(keys.all());
        }
        Optional<KeyFacts> found = keys.find(key);
        if (found.isPresent()) {
            return explain(found.get());
        }
        List<KeyFacts> section = keys.in(key);
        if (!section.isEmpty()) {
            return list(section);
        }
        String hint =
                keys.nearest(key)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("culvert explain lists all keys");
        session.output().note("there is no key '" + Quoted.word(key) + "': " + hint);
        return ExitCode.NOT_FOUND;
    }

    private int list(List<KeyFacts> keys) {
        Output output = session.output();
        if (output.format() == Format.TABLE) {
            output.piece(Explanation.list(keys));
        } else {
            output.items(keys.stream().map(KeyFacts::data).toList(), VIEW);
        }
        return ExitCode.OK;
    }

    private int explain(KeyFacts facts) {
        Output output = session.output();
        if (output.format() == Format.TABLE) {
            Host host = new ThisHost(session.around().environment());
            Optional<String> named =
                    Optional.ofNullable(config).map(it -> it.toAbsolutePath().toString());
            output.piece(new Explanation(DaemonFile.find(host, named)).of(facts));
        } else {
            output.item(facts.data(), VIEW);
        }
        return ExitCode.OK;
    }
}
