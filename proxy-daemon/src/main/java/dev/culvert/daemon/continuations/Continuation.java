package dev.culvert.daemon.continuations;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is stored for one turn whose client has tools of its own.
 *
 * @param hash SHA-256 of the secret that the client goes on with, in hexadecimal digits
 * @param turn its id
 * @param tenant of the caller; empty for one that sees every tenant
 * @param caller who began the turn, and alone may go on with it
 * @param agent its id
 * @param expires when nobody needs it any longer
 * @param used by what it was used; null as long as it was not
 * @param content see {@link Content}. Not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
public record Continuation(
        String hash,
        String turn,
        String tenant,
        String caller,
        String agent,
        Instant expires,
        @Nullable String used,
        byte[] content) {
    Continuation with(Instant end, byte[] other) {
        return new Continuation(hash, turn, tenant, caller, agent, end, used, other);
    }

    Continuation usedBy(@Nullable String whom) {
        return new Continuation(hash, turn, tenant, caller, agent, expires, whom, content);
    }
}
