package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.Tcp;
import java.util.Optional;

/**
 * Where programs in the VM reach what is outside, through the host.
 *
 * @param llm an HTTP endpoint for clients of OpenAI's and Anthropic's API
 * @param proxy an HTTP proxy
 */
public record OutsideSettings(Optional<AgentAddress> llm, Optional<AgentAddress> proxy) {
    public static final OutsideSettings DEFAULTS =
            new OutsideSettings(Optional.empty(), Optional.empty());

    private static final String LLM = "llm_listen";
    private static final String PROXY = "proxy_listen";
    private static final Kind<AgentAddress> ADDRESS =
            Kind.text("HOST:PORT or unix:///PATH", OutsideSettings::parse);

    public OutsideSettings {
        check(LLM, llm);
        check(PROXY, proxy);
    }

    private static AgentAddress parse(String text) {
        return AgentAddress.parseListener(text.contains("://") ? text : "tcp://" + text);
    }

    /** Whoever reaches it uses what the host allows this agent. */
    private static void check(String key, Optional<AgentAddress> address) {
        boolean isLocal =
                switch (address.orElse(null)) {
                    case null -> true;
                    case Tcp tcp -> tcp.isLoopback() && !tcp.tls();
                    case AgentAddress.Unix _ -> true;
                    case AgentAddress.Vsock _, AgentAddress.HybridUnix _, AgentAddress.Incoming _ ->
                            false;
                };
        Check.that(
                isLocal,
                key,
                address.map(Object::toString).orElse(""),
                "only programs in the VM may reach it: it takes an address of loopback, such as"
                        + " 127.0.0.1:8082, or unix:///PATH");
    }

    static OutsideSettings read(Section in) {
        return new OutsideSettings(in.find(LLM, ADDRESS), in.find(PROXY, ADDRESS));
    }
}
