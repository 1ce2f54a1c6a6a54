package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.CapturedLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Netty has no memory left for a buffer, although the daemon's own account allows it. */
@Timeout(60)
class OutOfDirectMemoryTest {
    private static final int MIB = 1 << 20;
    private static final int BODY_BYTES = 3 * MIB;
    private static final int LEFT_BYTES = MIB;

    /** Takes what Netty may still allocate in this process, but for a little. */
    private static final class Hog implements AutoCloseable {
        private final List<ByteBuf> taken = new ArrayList<>();

        Hog() {
            for (long free = free(); free > LEFT_BYTES; free = free()) {
                int bytes = (int) Math.min(free - LEFT_BYTES, 64 * MIB);
                taken.add(UnpooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes));
            }
        }

        private static long free() {
            return PlatformDependent.maxDirectMemory() - PlatformDependent.usedDirectMemory();
        }

        @Override
        public void close() {
            taken.forEach(ByteBuf::release);
        }
    }

    private static String sendLargeBody(TestDaemon daemon) throws IOException {
        String head =
                "POST /api/v1/agents/a/message HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n"
                        .formatted(BODY_BYTES);
        try (Socket client = daemon.connect()) {
            client.getOutputStream().write(head.getBytes(UTF_8));
            client.getOutputStream().write("x".repeat(BODY_BYTES - 1).getBytes(UTF_8));
            client.getOutputStream().write('x');
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void onlyTheRequestThatNeededTheBufferFails() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with("\"http\": {\"max_body_bytes\": \"3MiB\"},", guest);
                CapturedLog log = new CapturedLog();
                EventReader bystander = daemon.stream()) {
            Request message = guest.take();
            message.chunk("one");
            assertThat(bystander.next()).extracting(Event::data).asString().contains("one");
            try (Hog _ = new Hog()) {
                assertThat(sendLargeBody(daemon))
                        .startsWith("HTTP/1.1 503 ")
                        .contains("retry-after: 1\r\n", "connection: close\r\n", "over_memory");
                message.chunk("two");
                assertThat(bystander.next()).extracting(Event::data).asString().contains("two");
                assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);
            }
            assertThat(sendLargeBody(daemon)).startsWith("HTTP/1.1 400 ");
            message.done("");
            assertThat(bystander.rest()).hasSize(2);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("a client's connection is closed"))
                    .hasSize(1);
        }
    }
}
