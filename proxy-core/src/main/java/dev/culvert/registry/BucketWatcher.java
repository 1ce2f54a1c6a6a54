package dev.culvert.registry;

/** Is told what a bucket contains. Must not block. */
public interface BucketWatcher {
    /** There is this value now. */
    void onValue(BucketEntry entry);

    /** Somebody has removed the value of this key. */
    void onRemoved(String key);

    /** Every value that was there at the beginning has been told. */
    void onWhole();
}
