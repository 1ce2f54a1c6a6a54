package dev.culvert.daemon.client.command;

import dev.culvert.checks.AddressRule;
import dev.culvert.checks.Authorities;
import dev.culvert.checks.BadCheckException;
import dev.culvert.checks.Checker;
import dev.culvert.checks.Target;
import dev.culvert.checks.Through;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert check}. */
@Command(
        name = "check",
        description =
                "Checks, hop by hop, whether the daemon's machine or an agent's reaches servers, and"
                        + " says what to do where it does not.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The hops:",
            "  dns    the name becomes addresses; of a proxy's name if there is a proxy",
            "  tcp    a connection to one of them",
            "  proxy  the proxy connects to the server",
            "  tls    the server shows a certificate that is trusted: its issuer and its end",
            "  http   the status of the answer, and the time to its first byte",
            "",
            "An answer of 401, 403 or 404 is an answer: the server is reachable. Answers of 500 and",
            "more count as a failure. Nothing else of an answer is read.",
            "",
            "Examples:",
            "  culvert check",
            "  culvert check https://example.org tcp://db.example.org:5432",
            "  culvert check --through socks5://127.0.0.1:1080 https://api.openai.com/v1/models",
            "  culvert check --through agent:web-1 http://127.0.0.1:8081/v1/models"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:each is reachable", "1:one is not, or does not work"})
final class CheckCommand implements Verb {
    private static final List<String> USUAL =
            List.of("https://api.openai.com/v1/models", "https://api.anthropic.com/v1/models");

    private static final int AT_ONCE = 4;

    /** What the daemon may take besides the check: others may be before it. */
    private static final Duration SLACK = Duration.ofSeconds(60);

    private static final View VIEW =
            View.of(
                    "url",
                    Column.of("URL", "url"),
                    Column.of("HOP", "hop"),
                    Column.number(
                            "TIME",
                            hop -> Ages.precise(Duration.ofNanos(1_000 * hop.number(0, "us")))),
                    Column.of("RESULT", "detail")
                            .in(hop -> hop.text("ok").equals("true") ? Tone.PLAIN : Tone.BAD));

    private final Session session;

    @Parameters(
            paramLabel = "URL",
            arity = "0..*",
            description = {
                "https://…, http://… or tcp://HOST:PORT.",
                "Default: the APIs of OpenAI and Anthropic"
            })
    private List<String> urls = List.of();

    @Option(
            names = "--through",
            paramLabel = "WAY",
            description = {
                "A proxy: http://HOST:PORT or socks5://HOST:PORT, with USER:PASSWORD@ before",
                "the host if it wants that. Or tunnel:NAME, an SSH tunnel of the daemon: a dynamic",
                "one, or a local one, which leads to its own place, whatever the URL's host is.",
                "Or agent:NAME, to check from inside that agent's machine."
            })
    private String through = "";

    @Option(
            names = "--within",
            paramLabel = "TIME",
            converter = DurationText.class,
            description = "How long each check may take, up to 50s. Default: 10s")
    private Duration within = Duration.ofSeconds(10);

    @Option(
            names = "--local",
            description = {
                "Checks from this machine instead of the daemon's, without a daemon.",
                "--ca-file then names certificates to trust besides the usual ones."
            })
    private boolean local;

    CheckCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        List<Value> results = results(urls.isEmpty() ? USUAL : urls);
        if (session.output().format() == Format.TABLE) {
            print(results);
        } else {
            session.output().items(results, VIEW);
        }
        return results.stream().allMatch(it -> it.text("verdict").equals("reachable"))
                ? ExitCode.OK
                : ExitCode.FAILED;
    }

    /** One of these checks. */
    private interface Check {
        Value of(String url) throws IOException;
    }

    private List<Value> results(List<String> all) throws IOException {
        Check check = local ? here() : there(session.api());
        Output output = session.output();
        List<Future<Value>> begun = new ArrayList<>();
        List<Value> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            all.forEach(url -> begun.add(threads.submit(() -> check.of(url))));
            for (Future<Value> each : begun) {
                output.progress("checked %d of %d".formatted(results.size(), all.size()));
                results.add(each.get());
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            begun.forEach(each -> each.cancel(false));
            output.progressEnds();
        }
        return results;
    }

    private Check there(Api api) {
        return url ->
                api.ask(
                                Request.post(
                                                "/api/v1/checks",
                                                Value.members(
                                                        "urls",
                                                        Value.of(List.of(Value.of(url))),
                                                        "through",
                                                        through,
                                                        "timeout",
                                                        within.toMillis() + "ms"))
                                        .patient(within.plus(SLACK)))
                        .at("checks")
                        .list()
                        .getFirst();
    }

    private Check here() throws UsageException {
        if (through.startsWith("agent:") || through.startsWith("tunnel:")) {
            throw new UsageException(
                    "--local checks without a daemon, and --through %s needs one: give one of them"
                            .formatted(Quoted.word(through)));
        }
        Through way;
        try {
            way = Through.parse(through);
        } catch (BadCheckException e) {
            throw new UsageException(e.getMessage());
        }
        Checker checker = new Checker(new Authorities(session.options().caFile()));
        return url -> {
            try {
                return Value.parse(
                        checker.run(Target.parse(url), way, AddressRule.ANY, within).json());
            } catch (BadCheckException e) {
                throw new UsageException(e.getMessage());
            } catch (BadValueException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private void print(List<Value> results) {
        List<Value> rows = new ArrayList<>();
        for (Value result : results) {
            String url = result.text("url");
            for (Value hop : result.at("hops").list()) {
                rows.add(
                        Value.members(
                                "url",
                                url,
                                "hop",
                                hop.at("hop"),
                                "us",
                                hop.at("us"),
                                "ok",
                                hop.at("ok"),
                                "detail",
                                hop.at("detail")));
                url = "";
            }
        }
        Output output = session.output();
        output.items(rows, VIEW);
        output.line("");
        for (Value result : results) {
            boolean isFine = result.text("verdict").equals("reachable");
            output.line(
                    output.toned(
                            isFine ? Tone.GOOD : Tone.BAD,
                            Quoted.page(
                                    "%s: %s (%s)"
                                            .formatted(
                                                    result.text("url"),
                                                    result.text("sentence"),
                                                    Ages.precise(
                                                            Duration.ofNanos(
                                                                    1_000
                                                                            * result.number(
                                                                                    0, "us")))))));
            for (Value hop : result.at("hops").list()) {
                if (!hop.at("advice").isNothing()) {
                    output.line("  " + Quoted.sentence(hop.text("advice")));
                }
            }
        }
        session.around().out().flush();
    }
}
