package dev.culvert.daemon.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogRouteTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,      agent web-1 is ready,                true",
                "web-1,  agent web-1 is ready,                true",
                "web-1,  agent web-1: gone,                   true",
                "web-1,  agent web-10 is ready,               false",
                "web-1,  agent my-web-1 is ready,             false",
                "web-1,  turn web-1.UbhxbR7yuvSQb3yGrRO4NQsC, true",
                "w.b,    agent web is ready,                  false",
            })
    void aLineIsAboutAnAgentThatItNames(@Nullable String agent, String line, boolean isAbout) {
        assertThat(LogQuery.about(agent).test(line)).isEqualTo(isAbout);
    }
}
