package dev.culvert.guest;

import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.connection.Vitals;
import dev.culvert.guest.identity.Facts;
import dev.culvert.guest.identity.IdentityHandler;
import dev.culvert.guest.identity.IdentityKeeper;
import dev.culvert.guest.identity.Introduction;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the handlers that prove who the agent is where it dials in. */
final class Identities implements Supplier<ChannelHandler>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Identities.class);

    private final @Nullable IdentityKeeper keeper;
    private final Introduction introduction;
    private final @Nullable Path generationFile;

    private Identities(
            @Nullable IdentityKeeper keeper,
            Introduction introduction,
            @Nullable Path generationFile) {
        this.keeper = keeper;
        this.introduction = introduction;
        this.generationFile = generationFile;
    }

    /**
     * Reads the identity, if the agent dials in. Blocks.
     *
     * @throws IOException one sentence, when the agent could never join
     */
    static Identities open(GuestSettings settings, Vitals vitals) throws IOException {
        boolean joins = settings.join().target().isPresent();
        String token = joins ? JoinToken.read(settings.identity()) : null;
        IdentityKeeper keeper = joins ? IdentityKeeper.open(settings.stateDir()) : null;
        if (keeper != null) {
            check(keeper, token);
        }
        return new Identities(
                keeper,
                new Introduction(
                        token,
                        settings.identity().name().orElse(""),
                        vitals.instance(),
                        vitals.agentVersion(),
                        vitals.features(),
                        Facts.ofThisMachine()),
                settings.identity().generationFile().orElse(null));
    }

    private static void check(IdentityKeeper keeper, @Nullable String token) throws IOException {
        if (!keeper.isRegistered() && token == null) {
            keeper.close();
            throw new IOException(
                    "join: the agent has no identity yet, and no join token to get one; make a token"
                            + " on the host with culvert enroll, and set CULVERT_AGENT_JOIN_TOKEN or"
                            + " --join-token-file");
        }
        if (!keeper.isKept()) {
            LOG.warn(
                    "there is no state_dir, so the agent's identity ends with this process, and the"
                            + " join token is valid once: set --state-dir to come back after a"
                            + " restart");
        }
    }

    @Override
    public ChannelHandler get() {
        if (keeper == null) {
            throw new IllegalStateException("the agent does not dial in");
        }
        return new IdentityHandler(keeper, introduction, generationFile);
    }

    @Override
    public void close() {
        if (keeper != null) {
            keeper.close();
        }
    }
}
