package dev.culvert.daemon;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.MemorySettings;
import dev.culvert.io.Account;
import dev.culvert.io.Share;
import java.util.function.Supplier;

/** What clients may hold of the account. */
record HttpShares(Account account, Supplier<DaemonSettings> settings) {
    /** A client is a connection: clients behind a proxy share their address. */
    Share client() {
        return account.share(
                "a client",
                MemorySettings.CLIENT_SHARE,
                () -> settings.get().memory().clientShare());
    }

    /** Of all requests together that are not complete. */
    Share bodies() {
        return account.share(
                "incomplete requests",
                MemorySettings.BODY_SHARE,
                () -> settings.get().memory().bodyShare());
    }
}
