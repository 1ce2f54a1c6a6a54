package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

class LogLevelsTest {
    private final Logger io = LoggerFactory.getLogger("dev.culvert.io.Some");
    private final Logger http = LoggerFactory.getLogger("dev.culvert.daemon.http.h1.Some");
    private final Logger netty = LoggerFactory.getLogger("io.netty.Some");
    private final LogLevels levels = LogLevels.find().orElseThrow();

    @AfterEach
    void asBefore() {
        levels.changed().keySet().forEach(levels::reset);
    }

    /** Fails if another version of slf4j-simple keeps its levels elsewhere. */
    @Test
    void findsTheLoggersOfSlf4jSimple() {
        assertThat(LogLevels.find()).isPresent();
        assertThat(levels.areas()).contains("io", "http", "netty").doesNotContain("daemon");
    }

    @Test
    void changesOneAreaAndNoOther() {
        levels.set("http", Level.DEBUG);

        assertThat(http.isDebugEnabled()).isTrue();
        assertThat(http.isTraceEnabled()).isFalse();
        assertThat(io.isDebugEnabled()).isFalse();
        assertThat(netty.isDebugEnabled()).isFalse();
        assertThat(levels.changed()).containsOnlyKeys("http");
    }

    @Test
    void aLoggerThatIsMadeLaterHasTheLevelOfItsArea() {
        levels.set("http", Level.TRACE);
        assertThat(LoggerFactory.getLogger("dev.culvert.daemon.http.Later").isTraceEnabled())
                .isTrue();

        levels.reset("http");
        assertThat(LoggerFactory.getLogger("dev.culvert.daemon.http.Latest").isTraceEnabled())
                .isFalse();
    }

    @Test
    void allReplacesTheLevelsOfSingleAreas() {
        levels.set("http", Level.ERROR);
        levels.set(LogLevels.ALL, Level.TRACE);

        assertThat(http.isTraceEnabled()).isTrue();
        assertThat(io.isTraceEnabled()).isTrue();
        assertThat(netty.isTraceEnabled()).isTrue();
        assertThat(levels.general()).isEqualTo(Level.TRACE);
    }

    @Test
    void aResetGivesTheLevelOfTheStart() {
        boolean before = http.isInfoEnabled();
        levels.set("http", Level.TRACE);
        levels.reset("http");

        assertThat(http.isTraceEnabled()).isFalse();
        assertThat(http.isInfoEnabled()).isEqualTo(before);
        assertThat(levels.changed()).isEmpty();
    }
}
