package dev.culvert.tunnel;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What nobody can guess, each for one connection. Safe for all threads. */
public final class Tickets<T> {
    private static final int BYTES = 24;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, T> waiting = new ConcurrentHashMap<>();

    /** A new ticket. Whoever issues it {@link #withdraw withdraws} it in time. */
    public String issue(T holder) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        waiting.put(ticket, holder);
        return ticket;
    }

    /** Who waits for it; null if nobody does, or does no longer. It is used up. */
    public @Nullable T take(String ticket) {
        return waiting.remove(ticket);
    }

    /** It is worth nothing any more. */
    public void withdraw(String ticket) {
        waiting.remove(ticket);
    }

    /** Copies of a virtual machine have the same random state: what comes from now on differs. */
    public void renew() {
        random.setSeed(System.nanoTime());
        random.setSeed(System.currentTimeMillis());
    }
}
