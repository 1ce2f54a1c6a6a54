package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The habits of hostile guests, and of one that only answers at length. */
final class Habits {
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final byte[] CHUNK = chunk("x".repeat(CHUNK_BYTES), false);
    private static final byte[] LAST_CHUNK = chunk("", true);

    /** A turn, and the number of its last chunk. One thread writes to it. */
    private static final class Numbered {
        private final String id;
        private long seq;

        Numbered(String id) {
            this.id = id;
        }
    }

    private Habits() {}

    /** Does only what the protocol demands. */
    static Habit quiet() {
        return new Habit() {};
    }

    /**
     * Sends endless chunks to all messages in turn, and ignores credit.
     *
     * @param heedsCredit whether it claims to respect credit
     */
    static Habit pouring(AtomicLong pouredBytes, boolean heedsCredit) {
        Map<GuestLink, List<Numbered>> asked = new ConcurrentHashMap<>();
        return new Habit() {
            @Override
            public void onLink(GuestLink link) throws IOException {
                if (heedsCredit) {
                    link.send(
                            "heartbeat",
                            "",
                            "{\"status\":\"ready\",\"uptime_secs\":1,\"protocol\":\"1.1\",\"features\":[\"credit\",\"cancel\"],\"instance\":\"hostile\"}");
                }
                List<Numbered> turns = asked(link);
                while (link.isOpen()) {
                    for (Numbered turn : turns) {
                        link.write(chunk(turn.id, ++turn.seq, CHUNK));
                        pouredBytes.addAndGet(CHUNK_BYTES);
                    }
                    if (turns.isEmpty()) {
                        Pause.ofMillis(1);
                    }
                }
            }

            @Override
            public void onMessage(GuestLink link, String id) {
                asked(link).add(new Numbered(id));
            }

            private List<Numbered> asked(GuestLink link) {
                return asked.computeIfAbsent(link, _ -> new CopyOnWriteArrayList<>());
            }
        };
    }

    /** Answers every message with this many bytes of text, without harm in mind. */
    static Habit answering(long bytes) {
        return new Habit() {
            @Override
            public void onMessage(GuestLink link, String id) {
                Thread.ofVirtual().start(() -> answer(link, id));
            }

            private void answer(GuestLink link, String id) {
                try {
                    long seq = 1;
                    for (long sent = 0; sent < bytes; sent += CHUNK_BYTES) {
                        link.write(chunk(id, seq++, CHUNK));
                    }
                    link.write(chunk(id, seq, LAST_CHUNK));
                } catch (IOException _) {
                    // The link is closed.
                }
            }
        };
    }

    /** Writes these frames repeatedly, as fast as the daemon reads. */
    static Habit repeating(String... frames) {
        byte[] block = block(frames);
        return new Habit() {
            @Override
            public void onLink(GuestLink link) throws IOException {
                while (link.isOpen()) {
                    link.write(block);
                }
            }
        };
    }

    /** Repeats the frames so that one write sends many bytes. */
    static byte[] block(String... frames) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        while (block.size() < BLOCK_BYTES) {
            for (String frame : frames) {
                block.writeBytes(GuestLink.frame(frame));
            }
        }
        return block.toByteArray();
    }

    /** Announces this many features, repeatedly. */
    static Habit boasting(int features, Duration pause) {
        String names =
                IntStream.range(0, features)
                        .mapToObj(it -> '"' + Integer.toString(it, Character.MAX_RADIX) + '"')
                        .collect(Collectors.joining(","));
        byte[] frame =
                GuestLink.frame(
                        "{\"type\":\"heartbeat\",\"id\":\"\",\"payload\":{\"status\":\"ready\",\"uptime_secs\":1,\"features\":[%s]}}"
                                .formatted(names));
        return new Habit() {
            @Override
            public void onLink(GuestLink link) throws IOException {
                while (link.isOpen()) {
                    link.write(frame);
                    Pause.of(pause);
                }
            }
        };
    }

    private static byte[] chunk(String id, long seq, byte[] payload) {
        byte[] envelope =
                "{\"type\":\"chunk\",\"id\":\"%s\",\"seq\":%d,\"payload\":"
                        .formatted(id, seq)
                        .getBytes(US_ASCII);
        int bytes = envelope.length + payload.length + 1;
        ByteArrayOutputStream frame = new ByteArrayOutputStream(Integer.BYTES + bytes);
        for (int shift = 24; shift >= 0; shift -= 8) {
            frame.write(bytes >>> shift);
        }
        frame.writeBytes(envelope);
        frame.writeBytes(payload);
        frame.write('}');
        return frame.toByteArray();
    }

    private static byte[] chunk(String content, boolean done) {
        return "{\"content\":\"%s\",\"done\":%b}".formatted(content, done).getBytes(US_ASCII);
    }
}
