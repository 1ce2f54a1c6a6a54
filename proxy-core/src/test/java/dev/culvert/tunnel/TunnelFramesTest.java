package dev.culvert.tunnel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.tunnel.TunnelRefusal.Code;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelFramesTest {
    private static final String TICKET = "k3JdPq8sVb2mXw5r_Zt-9A";

    static List<TunnelRequest> requests() {
        return List.of(
                TunnelRequest.to(new Destination.Port(22)),
                TunnelRequest.to(new Destination.Port(65_535), TICKET),
                TunnelRequest.with(TICKET),
                TunnelRequest.to(new Destination.Ask(65_535)),
                TunnelRequest.to(new Destination.Llm()),
                TunnelRequest.to(new Destination.Egress("api.example.com", 443)),
                TunnelRequest.to(new Destination.Reverse("::1", 5432)),
                TunnelRequest.to(
                        new Destination.Listen(15_432, new Destination.Reverse("::1", 5432))),
                TunnelRequest.to(
                        new Destination.Listen(80, new Destination.Reverse("db", 5432)), TICKET));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void readsTheRequestThatItWrites(TunnelRequest request) throws Exception {
        Frame frame = request.frame("t");

        assertThat(TunnelRequest.read(frame)).isEqualTo(request);
        frame.release();
    }

    static List<TunnelAnswer> answers() {
        return List.of(
                new TunnelAnswer.Open(),
                new TunnelAnswer.Ticket(TICKET),
                new TunnelAnswer.Refused(Code.ALLOWED.because("It may.")),
                new TunnelAnswer.Refused(Code.NO_LISTENER.because("Nobody is there.")));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void readsTheAnswerThatItWrites(TunnelAnswer answer) throws Exception {
        Frame frame = answer.frame("t");

        assertThat(TunnelAnswer.read(frame)).isEqualTo(answer);
        frame.release();
    }

    @Test
    void takesACodeOfALaterPeerForAFailure() throws Exception {
        Frame frame = frame(FrameType.TUNNELLED, "{\"code\":\"tomorrow\",\"more\":[1,{}]}");

        assertThat(TunnelAnswer.read(frame))
                .isEqualTo(
                        new TunnelAnswer.Refused(
                                Code.FAILED.because("The other side gave no reason.")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{\"to\":{}}",
                "{\"to\":{\"port\":0}}",
                "{\"to\":{\"port\":65536}}",
                "{\"to\":{\"port\":\"22\"}}",
                "{\"to\":{\"port\":2e1}}",
                "{\"to\":{\"ask\":0}}",
                "{\"to\":{\"ask\":22,\"port\":22}}",
                "{\"to\":{\"llm\":false}}",
                "{\"to\":{\"port\":22,\"llm\":true}}",
                "{\"to\":{\"egress\":\"a b:1\"}}",
                "{\"to\":{\"egress\":\"a\"}}",
                "{\"to\":{\"reverse\":\"::1:5\"}}",
                "{\"to\":{\"listen\":\"db:5432\"}}",
                "{\"to\":{\"listen\":\"0:db:5432\"}}",
                "{\"to\":{\"listen\":\"80:db:0\"}}",
                "{\"to\":{\"listen\":\"80\"}}",
                "{\"to\":{\"listen\":\"80:::1:5432\"}}",
                "{\"to\":{\"listen\":80}}",
                "{\"to\":22}",
                "{\"ticket\":\"short\"}",
                "{\"ticket\":\"with spaces in the text\"}",
                "{\"to\":{\"port\":22},\"ticket\":7}"
            })
    void refusesARequestThatBreaksThePage(String payload) {
        assertThatThrownBy(() -> TunnelRequest.read(frame(FrameType.TUNNEL, payload)))
                .isInstanceOf(BadTunnelException.class)
                .hasMessageMatching("[ -~]+");
    }

    @Test
    void refusesAPayloadThatIsTooLarge() {
        String payload = "{\"more\":\"" + "x".repeat(5_000) + "\",\"to\":{\"port\":22}}";

        assertThatThrownBy(() -> TunnelRequest.read(frame(FrameType.TUNNEL, payload)))
                .isInstanceOf(BadTunnelException.class)
                .hasMessageContaining("4096");
    }

    private static Frame frame(FrameType type, String payload) {
        return new Frame(type, "t", Unpooled.copiedBuffer(payload, UTF_8));
    }
}
