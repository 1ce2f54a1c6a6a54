package dev.culvert.io;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;

/** Keeps room for what will be held, first come, first served. Safe for all threads. */
/* Without it, more would arrive than fits, and would have to end. So large things wait before they
 * arrive: those of one owner in the order in which they asked, and none for another owner's. */
final class Reservations {
    private final Account account;
    private final Queue<Reservation> waiting = new ArrayDeque<>();
    private volatile boolean anyWaiting;

    Reservations(Account account) {
        this.account = account;
    }

    Reservation ask(Share share, long bytes, Executor loop, Runnable granted) {
        long most = Math.min(share.highMarkBytes(), account.whole().highMarkBytes()) / 2;
        Reservation asked = new Reservation(this, share, Math.min(bytes, most), loop, granted);
        synchronized (this) {
            waiting.add(asked);
            anyWaiting = true;
        }
        grant();
        return asked;
    }

    /** Called after something was let go. */
    void hasRoom() {
        if (anyWaiting) {
            grant();
        }
    }

    synchronized void withdraw(Reservation reservation) {
        if (waiting.remove(reservation)) {
            anyWaiting = !waiting.isEmpty();
        }
    }

    private synchronized void grant() {
        Set<Share> full = new HashSet<>();
        for (Iterator<Reservation> all = waiting.iterator(); all.hasNext(); ) {
            Reservation next = all.next();
            if (!account.whole().hasRoomFor(next.bytes())) {
                break;
            }
            if (!full.contains(next.share()) && next.share().hasRoomFor(next.bytes())) {
                all.remove();
                next.grant();
            } else {
                full.add(next.share());
            }
        }
        anyWaiting = !waiting.isEmpty();
    }

    void reserve(Share share, long bytes) {
        share.addReserved(bytes);
        if (share != account.whole()) {
            account.whole().addReserved(bytes);
        }
        if (bytes < 0) {
            hasRoom();
        }
    }
}
