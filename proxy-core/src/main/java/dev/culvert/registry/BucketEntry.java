package dev.culvert.registry;

/**
 * A value of a bucket.
 *
 * @param value not copied: nobody changes it
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record BucketEntry(String key, byte[] value, long revision) {}
