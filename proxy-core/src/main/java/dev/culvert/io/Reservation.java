package dev.culvert.io;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Room for one thing that is going to be large. Confined to its event loop, except where noted. */
public final class Reservation {
    private final Reservations reservations;
    private final Share share;
    private final Executor loop;
    private final Runnable granted;

    /** What was asked for; once it was granted, what is left of it. Guarded by this. */
    private long bytes;

    private boolean isGranted;
    private boolean isReleased;

    Reservation(
            Reservations reservations, Share share, long bytes, Executor loop, Runnable granted) {
        this.reservations = reservations;
        this.share = share;
        this.bytes = bytes;
        this.loop = loop;
        this.granted = granted;
    }

    Share share() {
        return share;
    }

    synchronized long bytes() {
        return bytes;
    }

    /** From any thread. */
    void grant() {
        synchronized (this) {
            if (isReleased) {
                return;
            }
            isGranted = true;
            reservations.reserve(share, bytes);
        }
        try {
            loop.execute(granted);
        } catch (RejectedExecutionException _) {
            release(); // the process is shutting down
        }
    }

    public synchronized boolean isGranted() {
        return isGranted;
    }

    /** So much of it is held by now, and counted as such. */
    public void used(long more) {
        long less;
        synchronized (this) {
            less = isGranted && !isReleased ? Math.min(bytes, more) : 0;
            bytes -= less;
        }
        if (less > 0) {
            reservations.reserve(share, -less);
        }
    }

    /** What was used of it moves to where it is counted only later: so much room is kept for it. */
    public void keep(long moving) {
        synchronized (this) {
            if (!isGranted || isReleased) {
                return;
            }
            bytes += moving;
        }
        reservations.reserve(share, moving);
    }

    /** No more of it is needed, whether it was granted or not. */
    public void release() {
        long left;
        synchronized (this) {
            left = isGranted && !isReleased ? bytes : 0;
            isReleased = true;
        }
        reservations.withdraw(this);
        if (left > 0) {
            reservations.reserve(share, -left);
        }
    }
}
