package dev.culvert.guest.outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Heads that programs in the VM send to the proxy, with bytes changed at random. */
class ProxyRequestFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/guest/outside/proxy-requests.txt");
    private static final int ROUNDS = 3_000;
    private static final int SEED = 18;

    @Test
    void aHeadIsReadOrRefusedAndNeverSmugglesALine() throws Exception {
        Random random = new Random(SEED);
        List<String> corpus = Files.readAllLines(CORPUS);
        int read = 0;
        for (String line : corpus) {
            byte[] head =
                    line.replace("\\r", "\r")
                            .replace("\\n", "\n")
                            .getBytes(StandardCharsets.ISO_8859_1);
            for (int round = 0; round < ROUNDS; round++) {
                byte[] changed = head.clone();
                for (int change = random.nextInt(4); change > 0; change--) {
                    changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                }
                read += isRead(new String(changed, StandardCharsets.ISO_8859_1)) ? 1 : 0;
            }
        }
        assertThat(read).isBetween(1, corpus.size() * ROUNDS - 1);
    }

    private static boolean isRead(String head) {
        try {
            if (ProxyRequest.read(head) instanceof ProxyRequest.Absolute(var _, String sent)) {
                assertThat(sent).endsWith("\r\nconnection: close\r\n\r\n");
                assertThat(sent.indexOf("\r\n\r\n")).isEqualTo(sent.length() - 4);
                assertThat(sent.lines().filter(it -> it.startsWith("host: "))).hasSize(1);
            }
            return true;
        } catch (BadProxyRequestException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return false;
        }
    }
}
