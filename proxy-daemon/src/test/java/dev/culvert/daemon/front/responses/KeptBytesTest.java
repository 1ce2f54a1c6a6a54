package dev.culvert.daemon.front.responses;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class KeptBytesTest {
    private static final String TEXT = "text of a response ".repeat(100);

    private final KeptBytes.Room room = new KeptBytes.Room(3_000);

    private static KeptBytes bytes(String text) {
        return new KeptBytes(Unpooled.copiedBuffer(text, US_ASCII));
    }

    private static void assertRead(KeptBytes bytes, String text) {
        assertThat(bytes.array()).isEqualTo(text.getBytes(US_ASCII));
        assertThat(bytes.length()).isEqualTo(text.length());
    }

    @Test
    void areTheSameOutsideOfTheHeapAndForThoseWhoWereLentThem() {
        KeptBytes bytes = bytes(TEXT);
        assertRead(bytes, TEXT);
        bytes.moveOut(room);
        assertThat(room.bytes()).isEqualTo(TEXT.length());
        assertRead(bytes, TEXT);
        bytes.lend();
        bytes.letGo(room);
        assertThat(room.bytes()).isZero();
        assertRead(bytes, TEXT);

        bytes.moveOut(room);
        assertThat(room.bytes()).isEqualTo(TEXT.length());
        bytes.letGo(room);
        assertThat(room.bytes()).isZero();
        assertRead(bytes, TEXT);
    }

    @Test
    void areGoneWhenTheyAreLetGoAndWereLentToNobody() {
        KeptBytes bytes = bytes(TEXT);
        bytes.moveOut(room);
        bytes.letGo(room);
        assertThat(bytes.array()).isNull();
        bytes.lend();
        bytes.moveOut(room);
        assertThat(bytes.array()).isNull();
        assertThat(room.bytes()).isZero();
    }

    @Test
    void moveOnceHoweverOftenTheyAreToldTo() {
        KeptBytes bytes = bytes(TEXT);
        bytes.moveOut(room);
        bytes.moveOut(room);
        assertThat(room.bytes()).isEqualTo(TEXT.length());
        bytes.letGo(room);
        bytes.letGo(room);
        assertThat(room.bytes()).isZero();
    }

    @Test
    void stayOnTheHeapIfTheyAreFewOrThereIsNoRoom() {
        KeptBytes few = bytes("few");
        few.moveOut(room);
        assertThat(room.bytes()).isZero();
        assertRead(few, "few");

        KeptBytes first = bytes(TEXT);
        first.moveOut(room);
        KeptBytes second = bytes(TEXT);
        second.moveOut(room);
        assertThat(room.bytes()).isEqualTo(TEXT.length());
        assertRead(second, TEXT);
        second.letGo(room);
        first.letGo(room);
        assertThat(room.bytes()).isZero();
    }
}
