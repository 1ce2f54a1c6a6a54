package dev.culvert.guest.outside;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.culvert.guest.tunnel.HostTunnels;
import dev.culvert.guest.tunnel.TunnelledPort;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.channel.Channel;

/** Where programs in the VM reach the host's LLM interface. */
final class LlmEndpoint {
    private LlmEndpoint() {}

    /** The stations of their connections. */
    static TunnelledPort stations(HostTunnels tunnels) {
        return new TunnelledPort(tunnels, new Destination.Llm(), LlmEndpoint::refuse);
    }

    /** In a form that clients of OpenAI's and of Anthropic's API understand. */
    private static void refuse(Channel program, TunnelRefusal refusal) {
        String message =
                new String(JsonStringEncoder.getInstance().quoteAsString(refusal.sentence()));
        PlainAnswer.send(
                program,
                PlainAnswer.status(refusal),
                "application/json",
                "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"%s\",\"param\":null,\"code\":\"%s\"}}"
                        .formatted(message, refusal.code().wireName()));
    }
}
