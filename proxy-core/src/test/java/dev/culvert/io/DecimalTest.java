package dev.culvert.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 9, 10, 99, 100, 65_536, 9_007_199_254_740_991L, Long.MAX_VALUE})
    void writesWhatTheLibraryWrites(long number) {
        ByteBuf out = Unpooled.buffer(1);

        Decimal.write(out, number);

        assertThat(out.toString(US_ASCII)).isEqualTo(Long.toString(number));
        assertThat(Decimal.digits(number)).isEqualTo(out.readableBytes());
    }
}
