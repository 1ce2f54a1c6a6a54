package dev.culvert.daemon.subjects;

import dev.culvert.subject.Subject;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Where agents wait for replies: subjects that nobody can guess. Safe for all threads. */
final class Inboxes {
    /** Waits for one reply. */
    interface Waiting {
        /** Lends {@code data}. Called once at most, on any thread. */
        void onReply(ByteBuf data);
    }

    private record Entry(String tenant, Waiting waiting) {}

    private static final int ID_BYTES = 16;
    private static final Base64.Encoder ID_TEXT = Base64.getUrlEncoder().withoutPadding();

    private final SecureRandom random = new SecureRandom();
    private final Map<Subject, Entry> open = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    int count() {
        return count.get();
    }

    /** A subject that nobody can guess. */
    Subject newSubject() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Subject.inbox(ID_TEXT.encodeToString(bytes));
    }

    /** Opens an inbox; null if there are as many as {@code most}. */
    @Nullable Subject open(String tenant, Waiting waiting, int most) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return null;
        }
        Subject subject = newSubject();
        open.put(subject, new Entry(tenant, waiting));
        return subject;
    }

    /** False if it was closed already, or has got its reply. */
    boolean close(Subject inbox) {
        boolean wasOpen = open.remove(inbox) != null;
        if (wasOpen) {
            count.decrementAndGet();
        }
        return wasOpen;
    }

    /** Delivers a reply; false if nobody of this tenant waits for it. */
    boolean reply(String tenant, Subject inbox, ByteBuf data) {
        Entry entry = open.get(inbox);
        if (entry == null || !entry.tenant.equals(tenant) || !close(inbox)) {
            return false;
        }
        entry.waiting.onReply(data);
        return true;
    }
}
