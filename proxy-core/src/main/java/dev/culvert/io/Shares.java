package dev.culvert.io;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntSupplier;

/** The shares of all owners of one kind, all of the same size. Safe for all threads. */
public final class Shares<T> {
    private final Account account;
    private final String key;
    private final IntSupplier percentOfWhole;
    private final ConcurrentMap<T, Share> shares = new ConcurrentHashMap<>();

    /**
     * Makes none yet.
     *
     * @param key the setting that says how large each is
     */
    public Shares(Account account, String key, IntSupplier percentOfWhole) {
        this.account = account;
        this.key = key;
        this.percentOfWhole = percentOfWhole;
    }

    public Account account() {
        return account;
    }

    public Share of(T owner) {
        Share known = shares.get(owner);
        return known == null
                ? shares.computeIfAbsent(
                        owner, _ -> account.share(owner.toString(), key, percentOfWhole))
                : known;
    }

    /** Forgets an owner that is gone; what it still holds stays counted until it is let go. */
    public void forget(T owner) {
        shares.remove(owner);
    }
}
