package dev.culvert.daemon;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.config.MemorySettings;
import dev.culvert.daemon.http.HttpObserver;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.h1.HttpPipeline;
import dev.culvert.io.Account;
import dev.culvert.io.Share;
import java.util.function.Supplier;

/** Makes the pipelines of listeners, with what they share. */
final class Pipelines {
    private final Account account;
    private final Supplier<MemorySettings> settings;
    private final HttpObserver observer;
    private final Share bodies;

    /** By the settings that are in force. */
    Pipelines(Account account, Supplier<MemorySettings> settings, HttpObserver observer) {
        this.account = account;
        this.settings = settings;
        this.observer = observer;
        bodies =
                account.share(
                        "incomplete requests",
                        MemorySettings.BODY_SHARE,
                        () -> settings.get().bodyShare());
    }

    HttpPipeline of(HttpSettings http, Router router) {
        return new HttpPipeline(http, router, observer, this::client, bodies);
    }

    /** A client is a connection: clients behind a proxy share their address. */
    private Share client() {
        return account.share(
                "a client", MemorySettings.CLIENT_SHARE, () -> settings.get().clientShare());
    }
}
