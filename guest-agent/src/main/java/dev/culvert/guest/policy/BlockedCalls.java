package dev.culvert.guest.policy;

/** Writes down each call that ends its turn because no call of its tool may be made. */
public interface BlockedCalls {
    /** Writes nothing down. */
    BlockedCalls UNRECORDED = (call, then) -> then.run();

    /**
     * One such call. Its arguments do not matter, and have not come yet.
     *
     * @param who asks for the turn
     */
    record Call(String who, String turn, String tool, Denial denial) {}

    /**
     * Call it on the event loop.
     *
     * @param then runs on that loop when the line is on the disk, or cannot be written
     */
    void record(Call call, Runnable then);
}
