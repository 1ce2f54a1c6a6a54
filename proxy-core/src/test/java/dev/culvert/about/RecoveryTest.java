package dev.culvert.about;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecoveryTest {
    @ParameterizedTest
    @CsvSource({
        "java.net.ConnectException, culvert check",
        "UnreachableException, culvert doctor",
        "java.net.UnknownHostException, DNS",
        "javax.net.ssl.SSLHandshakeException, certificates",
        "org.sqlite.SQLiteException, culvert db check",
        "java.lang.OutOfMemoryError, -Xmx",
        "UsageException, culvert explain",
        "dev.culvert.daemon.proxmox.ProxmoxException, culvert inventory servers",
        "java.lang.IllegalStateException, culvert report issue"
    })
    void aTypeOfErrorHasWhatToDo(String type, String action) {
        assertThat(String.join(" ", Recovery.ofType(type))).contains(action);
    }

    @Test
    void everyStatusOfAFailureHasWhatToDo() {
        assertThat(IntStream.range(400, 600))
                .allSatisfy(it -> assertThat(Recovery.ofStatus(it)).isNotEmpty());
        assertThat(Recovery.ofStatus(401).getFirst()).contains("--token-file");
    }
}
