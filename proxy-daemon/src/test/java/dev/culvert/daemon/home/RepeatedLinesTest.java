package dev.culvert.daemon.home;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class RepeatedLinesTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Lines written = new Lines();
    private final RepeatedLines lines = new RepeatedLines(written, channel.eventLoop());

    RepeatedLinesTest() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aLineIsWrittenAtOnceAndItsRepeatsAsOneMore() {
        for (int i = 0; i < 1_000; i++) {
            lines.warn("lost", "it is lost for the " + i + "th time");
        }
        assertThat(written.all).containsExactly("WARN it is lost for the 0th time");

        seconds(60);

        assertThat(written.all)
                .containsExactly(
                        "WARN it is lost for the 0th time",
                        "WARN it is lost for the 999th time (and 999 more like it within a minute,"
                                + " the last 60 s ago)");
    }

    @Test
    void aPeerThatGoesOnGetsOneLineAMinute() {
        for (int i = 0; i < 600; i++) {
            lines.info("ready", "it is ready");
            seconds(1);
        }

        assertThat(written.all).hasSize(11);
    }

    @Test
    void afterAQuietMinuteALineIsWrittenAtOnceAgain() {
        lines.info("ready", "it is ready");
        seconds(60);
        lines.info("ready", "it is ready again");

        assertThat(written.all).containsExactly("INFO it is ready", "INFO it is ready again");
    }

    @Test
    void linesOfAnotherKindAreNotHeldBack() {
        lines.info("ready", "it is ready");
        lines.warn("lost", "it is lost");

        assertThat(written.all).containsExactly("INFO it is ready", "WARN it is lost");
    }

    private void seconds(int count) {
        channel.advanceTimeBy(count, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    @SuppressWarnings("serial") // never written anywhere
    private static final class Lines extends LegacyAbstractLogger {
        private final List<String> all = new ArrayList<>();

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String pattern,
                Object @Nullable [] arguments,
                @Nullable Throwable cause) {
            all.add(level + " " + MessageFormatter.basicArrayFormat(pattern, arguments));
        }
    }
}
