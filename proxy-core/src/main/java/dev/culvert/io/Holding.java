package dev.culvert.io;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The bytes of one kind that one holder keeps. Confined to its event loop, except where noted. */
public final class Holding {
    /* Not the very last: a client that reads none of many large answers must not outlive every link. */
    private static final int LATE_PART = 64;

    private final Account account;
    private final HeldKind kind;
    private final Executor loop;
    private final Share owner;
    private final Holder holder;
    private volatile @Nullable Share secondOwner;
    private volatile boolean endsLate;
    private volatile long counted;

    /** How many bytes are about to be let go, when that was decided. Guarded by this. */
    private long endingBytes;

    Holding(Account account, HeldKind kind, Executor loop, Share owner, Holder holder) {
        this.account = account;
        this.kind = kind;
        this.loop = loop;
        this.owner = owner;
        this.holder = holder;
    }

    /** Sets how many bytes it holds. */
    public void set(long bytes) {
        long before = counted;
        if (bytes < Account.GRAIN_BYTES) {
            if (before != 0) {
                count(before, 0);
            }
        } else if (Math.abs(bytes - before) >= Account.GRAIN_BYTES) {
            count(before, bytes);
        }
    }

    /** Whether it holds at least a grain. */
    boolean isCounted() {
        return counted > 0;
    }

    /**
     * Charges it to {@code next}, too, from now on, and no longer to the one before; null for
     * nobody.
     */
    public void countAlsoFor(@Nullable Share next) {
        if (next == secondOwner) {
            return;
        }
        long bytes = counted;
        set(0);
        secondOwner = next;
        set(bytes);
    }

    /** Sets whether holdings that are not much smaller end before it. */
    public void endLate(boolean late) {
        if (late != endsLate) {
            endsLate = late;
        }
    }

    private void count(long before, long now) {
        counted = now;
        if (now == 0) {
            account.forget(this);
        } else if (before == 0) {
            account.count(this);
        }
        account.add(kind, now - before);
        Share second = secondOwner;
        add(second, now - before);
        add(owner, now - before);
        if (now == 0) {
            isLetGo();
        }
        if (now < before) {
            account.reservations().hasRoom();
        }
        if (now > before) {
            if (second != null) {
                account.check(second);
            }
            account.check(owner);
            account.check(account.whole());
        }
    }

    private void add(@Nullable Share share, long bytes) {
        if (share != null && share != account.whole()) {
            share.add(bytes);
        }
    }

    /** Safe for all threads, as are the next two. */
    long rank() {
        long rank = kind.rank(counted);
        return endsLate ? rank / LATE_PART : rank;
    }

    synchronized boolean mayEndFor(Share share) {
        return endingBytes == 0
                && counted > 0
                && (share == owner || share == secondOwner || share == account.whole());
    }

    synchronized void end(Share share) {
        addEnding(counted);
        try {
            loop.execute(() -> endNow(share));
        } catch (RejectedExecutionException _) {
            addEnding(-endingBytes); // the process is shutting down
        }
    }

    private void endNow(Share share) {
        long bytes = endingBytes();
        holder.measure();
        if (endingBytes() == 0) {
            return; // it was let go meanwhile
        }
        if (counted < bytes / 2) {
            isLetGo();
            account.check(share);
        } else {
            account.hasEnded(kind);
            holder.onExcess(share);
        }
    }

    private synchronized long endingBytes() {
        return endingBytes;
    }

    private synchronized void isLetGo() {
        addEnding(-endingBytes);
    }

    private void addEnding(long bytes) {
        endingBytes += bytes;
        account.whole().addEnding(bytes);
        if (owner != account.whole()) {
            owner.addEnding(bytes);
        }
        Share second = secondOwner;
        if (second != null && second != account.whole()) {
            second.addEnding(bytes);
        }
    }
}
