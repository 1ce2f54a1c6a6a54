package dev.culvert.daemon.providers;

import java.util.List;

/**
 * The part of budgets that one request may use. Confined to the request's event loop; only {@link
 * #counted} is for every thread.
 */
public final class Lease {
    private final Budgets budgets;
    private final List<Holder> holders;
    private final boolean limited;
    private final long once;
    private long grant;
    private long lost;
    private volatile long counted;
    private boolean settled;

    /**
     * @param limited whether any of these budgets has a limit of tokens
     */
    Lease(Budgets budgets, List<Holder> holders, boolean limited, long grant) {
        this.budgets = budgets;
        this.holders = holders;
        this.limited = limited;
        once = grant;
        this.grant = grant;
    }

    /**
     * The request has used so many tokens so far, in all.
     *
     * @return false if that is more than its budgets have: it must end
     */
    public boolean use(long total) {
        long all = lost + total;
        counted = all;
        if (settled || all <= grant) {
            return true;
        }
        long more = budgets.extend(holders, all - grant);
        grant += Math.max(more, all - grant);
        return more >= 0;
    }

    /**
     * The request is to be sent once more, and nobody knows what a provider did for it before:
     * reserves as much again, and counts the first reservation as used.
     *
     * @return false if the budgets have not so much
     */
    boolean again() {
        if (limited) {
            if (!budgets.reserve(holders, once)) {
                return false;
            }
            grant += once;
            lost += once;
            counted = lost;
        }
        return true;
    }

    /** The request has ended: gives back what is left. Later calls do nothing. */
    public void settle(long total) {
        if (!settled) {
            settled = true;
            budgets.settle(this, grant, lost + total);
            counted = 0;
        }
    }

    /**
     * The request has ended, and the provider has not said what it has used: more than was seen,
     * perhaps. All that was reserved counts, where there is a limit.
     */
    void settleUnknown(long seen) {
        settle(limited ? Math.max(seen, grant - lost) : seen);
    }

    boolean isLimited() {
        return limited;
    }

    List<Holder> holders() {
        return holders;
    }

    long counted() {
        return counted;
    }
}
