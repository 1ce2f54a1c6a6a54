package dev.culvert.daemon.auth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token, without its secret.
 *
 * @param id part of the secret, and no secret itself
 * @param grant what it is for
 * @param secret the hash of the secret that is valid
 * @param expires when it ends by itself; null if never
 * @param revoked when somebody ended it; null if nobody did
 * @param former the secret before the last rotation; null if there is none
 */
public record Token(
        String id,
        Grant grant,
        SecretHash secret,
        Instant created,
        @Nullable Instant expires,
        @Nullable Instant revoked,
        @Nullable Former former) {

    /** A secret that was replaced, and is valid until then. */
    public record Former(SecretHash secret, Instant until) {}

    public String name() {
        return grant.name();
    }

    public @Nullable String tenant() {
        return grant.tenant();
    }

    /** Whether it has ended at {@code now}; null if it is valid. */
    @Nullable Denial denial(Instant now) {
        if (revoked != null) {
            return Denial.TOKEN_REVOKED;
        }
        return expires != null && !now.isBefore(expires) ? Denial.TOKEN_EXPIRED : null;
    }

    Token revokedAt(Instant when) {
        return new Token(id, grant, secret, created, expires, when, null);
    }

    /**
     * What two hosts know of one token, in one: whichever says it, a revocation counts, and the
     * secret of the last rotation. The order of the two makes no difference.
     */
    public Token joined(Token other) {
        Token later = isLaterThan(other) ? this : other;
        Instant end =
                revoked == null || (other.revoked != null && other.revoked.isBefore(revoked))
                        ? other.revoked
                        : revoked;
        return end == null ? later : later.revokedAt(end);
    }

    private boolean isLaterThan(Token other) {
        Former mine = former;
        Former theirs = other.former;
        if (mine != null && mine.secret().isSame(other.secret)) {
            return true;
        }
        if (theirs != null && theirs.secret().isSame(secret)) {
            return false;
        }
        Instant until = mine == null ? Instant.MIN : mine.until();
        Instant theirUntil = theirs == null ? Instant.MIN : theirs.until();
        return until.equals(theirUntil)
                ? secret.hex().compareTo(other.secret.hex()) >= 0
                : until.isAfter(theirUntil);
    }

    /** Whether it ended, in one way or the other, before that time. */
    public boolean hasEndedBefore(Instant since) {
        return isOver(expires, since) || isOver(revoked, since);
    }

    private static boolean isOver(@Nullable Instant end, Instant since) {
        return end != null && end.isBefore(since);
    }

    /** With another secret; the present one is valid until {@code until}. */
    Token rotated(SecretHash next, Instant until) {
        return new Token(id, grant, next, created, expires, revoked, new Former(secret, until));
    }
}
