package dev.culvert.daemon.previews;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostNamesTest {
    private static final String DOMAIN = "preview.localhost";

    @Test
    void anAgentWhoseIdIsAHostNameKeepsIt() {
        assertThat(HostNames.of(3000, "web-1", DOMAIN)).isEqualTo("3000--web-1." + DOMAIN);
    }

    @Test
    void anyOtherIdGetsAHashOfIt() {
        assertThat(HostNames.of(3000, "Web_1", DOMAIN))
                .matches("3000--web-1--[0-9a-f]{16}\\.preview\\.localhost");
        assertThat(HostNames.of(80, "a".repeat(64), DOMAIN).split("[.]", 2)[0].length())
                .isLessThanOrEqualTo(63);
    }

    /** Ids of every allowed character: no two agents have one host, and each is a valid name. */
    @Test
    void noTwoAgentsHaveOneHost() {
        Random random = new Random(11);
        Set<String> ids = new HashSet<>();
        Set<String> hosts = new HashSet<>();
        while (ids.size() < 20_000) {
            StringBuilder id = new StringBuilder();
            int length = 1 + random.nextInt(random.nextBoolean() ? 4 : 64);
            for (int i = 0; i < length; i++) {
                id.append("abAB01._--".charAt(random.nextInt(10)));
            }
            if (ids.add(id.toString())) {
                String host = HostNames.of(65_535, id.toString(), DOMAIN);
                assertThat(host.split("[.]", 2)[0])
                        .as(id.toString())
                        .matches("[0-9a-z][0-9a-z-]{0,61}[0-9a-z]");
                hosts.add(host);
            }
        }
        assertThat(hosts).hasSameSizeAs(ids);
    }
}
