package dev.culvert.guest.turn;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.FrameType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndedTurnsTest {
    /** Not a power of two; the length of the rings is one. */
    private static final int MOST_IDS = 5_000;

    private static final int MOST_LOGS = MOST_IDS / 2;

    private final EndedTurns turns = new EndedTurns(ByteBufAllocator.DEFAULT, MOST_IDS);

    @AfterEach
    void clear() {
        turns.clear();
        assertThat(turns.heldBytes()).isZero();
    }

    @Test
    void whatWasKeptComesBack() {
        TurnLog log = log("one", "", "three");
        turns.add("t", 7, FrameType.ERROR, false, log, 0);
        log.clear();

        long place = turns.find("t");

        assertThat(turns.hasLog(place)).isTrue();
        assertThat(turns.asked(place)).isEqualTo(7);
        assertThat(turns.end(place)).isEqualTo(FrameType.ERROR);
        assertThat(turns.wasSentWhole(place)).isFalse();
        TurnLog back = turns.log(place);
        assertThat(back.first()).isEqualTo(1);
        assertThat(back.last()).isEqualTo(3);
        assertThat(text(back, 1)).isEqualTo("one");
        assertThat(text(back, 2)).isEmpty();
        assertThat(text(back, 3)).isEqualTo("three");
        back.clear();
    }

    @Test
    void ofALogThatHasDroppedItsOldestFramesTheRestComesBack() {
        TurnLog log = log();
        for (int i = 1; i <= 1_000; i++) {
            append(log, "frame " + i);
        }
        log.dropOldest();
        turns.add("t", 0, FrameType.CHUNK, true, log, 0);
        long first = log.first();
        log.clear();

        TurnLog back = turns.log(turns.find("t"));

        assertThat(back.first()).isEqualTo(first).isGreaterThan(1);
        for (long seq = first; seq <= 1_000; seq++) {
            assertThat(text(back, seq)).isEqualTo("frame " + seq);
        }
        back.clear();
    }

    @Test
    void aLogThatIsBeingReadOutlivesItsPlace() {
        add("t", true, 0);
        TurnLog back = turns.log(turns.find("t"));

        assertThat(turns.dropOldest(true)).isTrue();

        assertThat(turns.heldBytes()).isZero();
        assertThat(text(back, 1)).isEqualTo("log of t");
        back.clear();
    }

    @Test
    void theLogsOfTheNewestAndTheIdsOfMoreAreKept() {
        int all = 2 * MOST_IDS + 5;
        for (int i = 0; i < all; i++) {
            add("t" + i, true, i);
        }

        assertThat(turns.find("t" + (all - MOST_IDS - 1))).isNegative();
        assertThat(turns.find("t" + all)).isNegative();
        assertThat(turns.hasLog(turns.find("t" + (all - MOST_IDS)))).isFalse();
        assertThat(turns.hasLog(turns.find("t" + (all - MOST_LOGS - 1)))).isFalse();
        for (int i = all - MOST_LOGS; i < all; i++) {
            TurnLog back = turns.log(turns.find("t" + i));
            assertThat(text(back, 1)).isEqualTo("log of t" + i);
            back.clear();
        }
        assertThat(turns.heldBytes()).isLessThan(MOST_LOGS * 80L);
    }

    @Test
    void whatWasSentWholeGoesBeforeWhatWasNot() {
        add("unsent", false, 0);
        add("sent", true, 1);
        add("sent later", false, 2);
        turns.markSentWhole(turns.find("sent later"));

        assertThat(turns.dropOldest(true)).isTrue();
        assertThat(turns.hasLog(turns.find("sent"))).isFalse();
        assertThat(turns.dropOldest(true)).isTrue();
        assertThat(turns.hasLog(turns.find("sent later"))).isFalse();
        assertThat(turns.dropOldest(true)).isFalse();
        assertThat(turns.hasLog(turns.find("unsent"))).isTrue();
        assertThat(turns.dropOldest(false)).isTrue();
        assertThat(turns.dropOldest(false)).isFalse();
    }

    @Test
    void evenLogsThatNobodyWasSentGiveWayToThousandsAfterThem() {
        for (int i = 0; i <= MOST_LOGS; i++) {
            add("t" + i, false, i);
        }

        assertThat(turns.hasLog(turns.find("t0"))).isFalse();
        assertThat(turns.hasLog(turns.find("t1"))).isTrue();
    }

    @Test
    void timeDropsTheOldestAndTellsWhoIsNext() {
        add("a", true, 10);
        add("b", false, 20);
        add("c", true, 30);

        assertThat(turns.dropUntil(9)).hasValue(10);
        assertThat(turns.dropUntil(20)).hasValue(30);
        assertThat(turns.hasLog(turns.find("b"))).isFalse();
        assertThat(turns.hasLog(turns.find("c"))).isTrue();
        assertThat(turns.dropUntil(30)).isEmpty();
    }

    private void add(String id, boolean sentWhole, long now) {
        TurnLog log = log("log of " + id);
        turns.add(id, 0, FrameType.CHUNK, sentWhole, log, now);
        log.clear();
    }

    private static TurnLog log(String... payloads) {
        TurnLog log = new TurnLog(ByteBufAllocator.DEFAULT, 1 << 20);
        for (String payload : payloads) {
            append(log, payload);
        }
        return log;
    }

    private static void append(TurnLog log, String payload) {
        log.append(ByteBufAllocator.DEFAULT.ioBuffer().writeBytes(payload.getBytes(US_ASCII)));
    }

    private static String text(TurnLog log, long seq) {
        ByteBuf payload = log.payload(seq);
        try {
            return payload.toString(US_ASCII);
        } finally {
            payload.release();
        }
    }
}
