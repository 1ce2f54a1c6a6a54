package dev.culvert.io;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What one owner may hold: an agent, a client, or all together. Safe for all threads. */
public final class Share {
    private final Account account;
    private final String owner;
    private final String key;
    private final LongSupplier limitBytes;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong ending = new AtomicLong();
    private final AtomicLong reserved = new AtomicLong();

    Share(Account account, String owner, String key, LongSupplier limitBytes) {
        this.account = account;
        this.owner = owner;
        this.key = key;
        this.limitBytes = limitBytes;
    }

    /**
     * Makes an empty holding of this owner.
     *
     * @param loop where it is changed, and {@code holder} called
     */
    public Holding open(HeldKind kind, Executor loop, Holder holder) {
        return new Holding(account, kind, loop, this, holder);
    }

    public Account account() {
        return account;
    }

    /** Whose it is, for the log. */
    String owner() {
        return owner;
    }

    /** The setting that changes its limit. */
    public String key() {
        return key;
    }

    public long limitBytes() {
        return limitBytes.getAsLong();
    }

    public long heldBytes() {
        return held.get();
    }

    /**
     * Whether it is past its high mark, so that nothing new should begin. What is about to be let
     * go does not count: that room is free before what begins now needs it.
     */
    public boolean isCrowded() {
        return held.get() - ending.get() >= highMarkBytes();
    }

    /** The limit and its key, for sentences. */
    public String limitText() {
        return limitBytes() + " bytes (" + key + ")";
    }

    /**
     * Asks for room for something large, which would be ended if it were held without room.
     *
     * @param granted called on {@code loop} when there is room, unless it was released before
     */
    public Reservation reserve(long bytes, Executor loop, Runnable granted) {
        return account.reservations().ask(this, bytes, loop, granted);
    }

    /** The room between the high mark and the limit is for what cannot wait. */
    boolean hasRoomFor(long bytes) {
        return held.get() + reserved.get() + bytes <= highMarkBytes();
    }

    long highMarkBytes() {
        return account.highMarkOf(limitBytes());
    }

    void addReserved(long bytes) {
        reserved.addAndGet(bytes);
    }

    void add(long bytes) {
        held.addAndGet(bytes);
    }

    void addEnding(long bytes) {
        ending.addAndGet(bytes);
    }

    /** How far it is past its limit, not counting what is about to be let go. */
    long excessBytes() {
        return held.get() - ending.get() - limitBytes();
    }
}
