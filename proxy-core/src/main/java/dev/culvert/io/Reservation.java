package dev.culvert.io;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Room for one thing that will be large. Confined to its event loop, except where noted. */
public final class Reservation {
    private final Reservations reservations;
    private final Share share;
    private final Executor loop;
    private final Runnable granted;

    /** The bytes asked for; after the grant, the bytes still unused. Guarded by this. */
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

    /** Safe for all threads. */
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

    /** Tells how much of it is held by now, and so counted as a holding. */
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

    /** Keeps room for what was used but will be counted as a holding only later. */
    public void keep(long moving) {
        synchronized (this) {
            if (!isGranted || isReleased) {
                return;
            }
            bytes += moving;
        }
        reservations.reserve(share, moving);
    }

    /** Gives up the rest, whether it was granted or not. */
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
