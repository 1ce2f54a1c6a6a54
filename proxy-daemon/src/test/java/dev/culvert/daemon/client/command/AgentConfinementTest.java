package dev.culvert.daemon.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.value.Value;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentConfinementTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"openat2\":true,\"paths\":\"openat2\" | openat2",
                "\"openat2\":true | openat2",
                "\"openat2\":false | no openat2",
                "\"openat2\":false,\"paths\":\"name by name\" | second-best: name by name",
                "\"openat2\":false,\"paths\":\"by directory streams\" | second-best: by directory streams",
            })
    void theWayInWhichFilesAreOpenedIsNamed(String says, String shown) throws Exception {
        Value agent =
                Value.parse(
                        "{\"heartbeat\":{\"tools\":{%s,\"landlock\":6,\"seccomp\":true,\"commands\":\"confined\"}}}"
                                .formatted(says));

        assertThat(AgentTools.confinement(agent))
                .isEqualTo("commands confined; " + shown + ", Landlock 6, seccomp");
    }
}
