package dev.culvert.daemon.auth;

import dev.culvert.daemon.auth.Quota.Reached;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All quotas that count for one caller: of its token, and of its tenant. Used on every event loop.
 *
 * @param all count what is refused
 */
public record CallerQuota(List<Quota> quotas, Quotas all) {

    /** Takes one request; null if every quota allows it. */
    public @Nullable Reached takeRequest() {
        long now = now();
        for (int i = 0; i < quotas.size(); i++) {
            Reached reached = quotas.get(i).takeRequest(now);
            if (reached != null) {
                all.onReached(reached);
                return reached;
            }
        }
        return null;
    }

    /** Takes one request in any case. */
    public void useRequest() {
        long now = now();
        for (int i = 0; i < quotas.size(); i++) {
            quotas.get(i).useRequest(now);
        }
    }

    /** Takes one turn, which must be {@link #endTurn ended}; null if every quota allows it. */
    public @Nullable Reached takeTurn() {
        for (int i = 0; i < quotas.size(); i++) {
            Reached reached = quotas.get(i).takeTurn();
            if (reached != null) {
                for (Quota taken : quotas.subList(0, i)) {
                    taken.endTurn();
                }
                all.onReached(reached);
                return reached;
            }
        }
        return null;
    }

    public boolean limitsBytes() {
        for (int i = 0; i < quotas.size(); i++) {
            if (quotas.get(i).limitsBytes()) {
                return true;
            }
        }
        return false;
    }

    /** So many bytes of bodies were received or sent, in any case. */
    public void useBytes(long count) {
        long now = now();
        for (int i = 0; i < quotas.size(); i++) {
            quotas.get(i).useBytes(count, now);
        }
    }

    /** How long to wait, because more bytes were used than there were; 0 if not at all. */
    public long owedNanos() {
        long now = now();
        long most = 0;
        for (int i = 0; i < quotas.size(); i++) {
            most = Math.max(most, quotas.get(i).owedNanos(now));
        }
        return most;
    }

    /** The time of the quotas' clock. */
    public long now() {
        return all.now();
    }

    public void endTurn() {
        quotas.forEach(Quota::endTurn);
    }

    /** Takes one turn in any case, which must be {@link #endTurn ended}. */
    public void holdTurn() {
        quotas.forEach(Quota::holdTurn);
    }
}
