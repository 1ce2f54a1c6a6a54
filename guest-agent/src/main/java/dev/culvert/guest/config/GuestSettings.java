package dev.culvert.guest.config;

import dev.culvert.transport.AgentAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the guest is told at its start.
 *
 * @param listen where the host reaches it
 * @param hostOnly on vsock, whether only the host (CID 2) may connect
 * @param runtime the LLM runtime
 * @param maxTurns at once
 * @param maxContextBytes of all context that the host gave
 * @param stateDir where configuration and context are kept over restarts; null to forget them
 * @param drain how long turns may go on after a request to stop
 */
public record GuestSettings(
        AgentAddress listen,
        boolean hostOnly,
        RuntimeSource runtime,
        int maxTurns,
        int maxContextBytes,
        @Nullable Path stateDir,
        Duration drain) {

    /** Where answers come from. */
    public sealed interface RuntimeSource {
        /** Streams the user's words back. */
        record Echo(Duration delay) implements RuntimeSource {}

        /**
         * An OpenAI-compatible server.
         *
         * @param keyFile holds the bearer key; null where the runtime wants none
         * @param model where neither configuration nor message names one
         * @param timeout without any byte of an answer
         */
        record Http(URI base, @Nullable Path keyFile, @Nullable String model, Duration timeout)
                implements RuntimeSource {}
    }
}
