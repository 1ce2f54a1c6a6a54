package dev.culvert.guest.session;

import java.util.Arrays;

/** Which turns there were whose logs are gone: the last few thousand, by their fingerprints. */
/* Looked into once for a message whose id is new, so a search through all costs less than what would make it
 * quick; and the ids themselves would take twenty times the memory. */
final class ForgottenIds {
    static final int MOST = 8_192;
    private static final int AT_FIRST = 64;

    private long[] ids = new long[AT_FIRST];
    private int next;
    private int count;

    void add(String id) {
        if (next == ids.length && next < MOST) {
            ids = Arrays.copyOf(ids, 2 * next);
        }
        next %= ids.length;
        ids[next] = Fingerprint.of(id);
        next++;
        count = Math.max(count, next);
    }

    boolean contains(String id) {
        long sought = Fingerprint.of(id);
        for (int i = 0; i < count; i++) {
            if (ids[i] == sought) {
                return true;
            }
        }
        return false;
    }
}
