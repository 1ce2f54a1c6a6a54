package dev.culvert.daemon;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.config.MemorySettings;
import dev.culvert.daemon.http.HttpObserver;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.ProblemFormats;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.io.Account;
import dev.culvert.io.Share;
import java.util.function.Supplier;

/** Makes the pipelines of listeners, with what they share. */
final class Pipelines {
    private final Account account;
    private final Supplier<DaemonSettings> settings;
    private final HttpObserver observer;
    private final ProblemFormats problems;
    private final Share bodies;

    /**
     * By the settings that are in force.
     *
     * @param problems the formats in which clients are told why a request failed
     */
    Pipelines(
            Account account,
            Supplier<DaemonSettings> settings,
            HttpObserver observer,
            ProblemFormats problems) {
        this.account = account;
        this.settings = settings;
        this.observer = observer;
        this.problems = problems;
        bodies =
                account.share(
                        "incomplete requests",
                        MemorySettings.BODY_SHARE,
                        () -> settings.get().memory().bodyShare());
    }

    HttpPipeline of(HttpSettings http, Router router) {
        HttpServer server = HttpServer.of(http, observer, bodies).with(problems);
        return new HttpPipeline(server, router, this::client);
    }

    /** A client is a connection: clients behind a proxy share their address. */
    private Share client() {
        return account.share(
                "a client",
                MemorySettings.CLIENT_SHARE,
                () -> settings.get().memory().clientShare());
    }
}
