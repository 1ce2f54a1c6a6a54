package dev.culvert.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.daemon.auth.AuthObserver;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.MemoryTokens;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.auth.Quotas;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.auth.UserNames;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.config.Scope;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who a client is that has shown a certificate. */
class CertificateCallerTest {
    private static final Route ROUTE =
            new Route() {
                @Override
                public Set<HttpMethod> methods() {
                    return Set.of(HttpMethod.GET);
                }

                @Override
                public List<String> templates() {
                    return List.of("/");
                }

                @Override
                public Need need(HttpMethod method) {
                    return Need.READ_AGENTS;
                }

                @Override
                public void handle(Request request, Answer responder) {
                    throw new AssertionError("not called");
                }
            };

    private final Tokens tokens =
            new Tokens(new MemoryTokens(), () -> AuthSettings.DEFAULTS, InstantSource.system());
    private final Callers callers =
            new Callers(
                    tokens,
                    () -> AuthSettings.DEFAULTS,
                    new UserNames(),
                    Quotas.none(),
                    AuthObserver.NONE);

    @BeforeEach
    void makeTokens() throws Exception {
        tokens.create(new Grant("first", null, Set.of(), Set.of("admin"), Grant.Limits.NONE), null);
        tokens.create(
                new Grant("ci", "acme", Set.of(Scope.AGENTS_READ), Set.of(), Grant.Limits.NONE),
                null);
    }

    private Caller caller(String... names) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.attr(Access.CERTIFICATE_NAMES).set(List.of(names));
        return new Access(callers, channel).admit(Head.unreadable(), ROUTE, List.of());
    }

    @Test
    void isTheTokenThatOneOfItsNamesNames() {
        Caller caller = caller("ci.example", "ci");
        assertThat(caller.name()).isEqualTo("ci");
        assertThat(caller.tenant()).isEqualTo("acme");
        assertThat(caller.kind()).isEqualTo(Caller.Kind.CERTIFICATE);
    }

    @Test
    void isNobodyIfNoNameIsThatOfAToken() {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> caller("ci.example", "CI"))
                .matches(e -> e.problem().status().code() == 401);
    }
}
