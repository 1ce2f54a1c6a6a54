package dev.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AgentAddressTest {

    static Stream<Arguments> valid() {
        return Stream.of(
                Arguments.of("vsock://3:1024", new Vsock(3, 1024)),
                Arguments.of("vsock://any:0", new Vsock(Vsock.ANY_CID, 0)),
                Arguments.of("vsock://4294967294:4294967294", new Vsock(-2, -2)),
                Arguments.of("unix:///run/vm/v.sock", new Unix("/run/vm/v.sock")),
                Arguments.of("unix:///run/a b:c&d=e", new Unix("/run/a b:c&d=e")),
                Arguments.of("unix:///v.sock?port=1024", new HybridUnix("/v.sock", 1024)),
                Arguments.of("unix:///v.sock?port=4294967294", new HybridUnix("/v.sock", -2)),
                Arguments.of("unix:///" + "a".repeat(106), new Unix("/" + "a".repeat(106))),
                Arguments.of("tcp://127.0.0.1:0", new Tcp("127.0.0.1", 0)),
                Arguments.of("tcp://agent-7.example:65535", new Tcp("agent-7.example", 65535)),
                Arguments.of("tcp://7up:1", new Tcp("7up", 1)),
                Arguments.of("tcp://[::1]:80", new Tcp("::1", 80)),
                Arguments.of("tcp://[::ffff:10.0.0.1]:80", new Tcp("::ffff:10.0.0.1", 80)),
                Arguments.of("tcp://[fe80::1%eth0]:80", new Tcp("fe80::1%eth0", 80)));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void readsAnAddressAndPrintsItBack(String text, AgentAddress address) {
        assertThat(AgentAddress.parse(text)).isEqualTo(address).hasToString(text);
    }

    @Test
    void anAgentThatDialsInHasNoAddressButAName() {
        assertThat(AgentAddress.parse("incoming:web-1"))
                .isEqualTo(new AgentAddress.Incoming("web-1"))
                .hasToString("incoming:web-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentAddress.parse("incoming:"))
                .withMessageContaining("after incoming: comes the agent's id");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentAddress.parseListener("incoming:web-1"))
                .withMessageContaining("is not the address of a listener");
    }

    @Test
    void onlyAListenerSpeaksTls() {
        assertThat(AgentAddress.parseListener("tls://[::1]:443"))
                .isEqualTo(new Tcp("::1", 443, true))
                .hasToString("tls://[::1]:443")
                .isNotEqualTo(new Tcp("::1", 443));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentAddress.parse("tls://10.0.0.1:443"))
                .withMessageStartingWith(
                        "\"tls://10.0.0.1:443\" is not the address of an agent: no agent speaks"
                                + " TLS");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8470, tcp://127.0.0.1:8470",
        "localhost:0, tcp://localhost:0",
        "[::1]:80, tcp://[::1]:80",
        ":8470, tcp://127.0.0.1:8470"
    })
    void takesHostAndPortForTcpAndLoopbackWhereThereIsNoHost(String text, String address) {
        assertThat(AgentAddress.parse(text)).hasToString(address);
        assertThat(AgentAddress.parseListener(text)).hasToString(address);
    }

    @Test
    void speaksOfAListenerWhereOneIsMeant() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentAddress.parseListener("http://here"))
                .withMessage(
                        "\"http://here\" is not the address of a listener: it is not HOST:PORT and"
                                + " does not start with vsock://, unix:// or tcp://; it takes"
                                + " tcp://HOST:PORT, HOST:PORT, :PORT, unix:///PATH, in the daemon"
                                + " tls://HOST:PORT, or in a guest vsock://any:PORT");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                      | does not start with
                    vsock                   | does not start with
                    3:1024                  | the host is a name
                    :65536                  | from 0 to 65535
                    127.0.0.1               | does not start with
                    8470                    | does not start with
                    ::1:80                  | brackets belong
                    a/b:80                  | does not start with
                    VSOCK://3:1024          | does not start with
                    http://host:80          | does not start with
                    vsock://                | no port
                    vsock://3               | no port
                    vsock://3:              | its port "" is not a plain number
                    vsock://:1024           | its CID "" is not a plain number
                    vsock://Any:1024        | its CID "Any" is not a plain number
                    vsock://-1:1024         | its CID "-1" is not a plain number
                    vsock://4294967295:1    | is spelt any
                    vsock://4294967296:1    | not a plain number up to 4294967295
                    vsock://99999999999:1   | not a plain number up to 4294967295
                    vsock://03:1024         | its CID "03" is not a plain number
                    vsock://3:01024         | its port "01024" is not a plain number
                    vsock://3:+1            | its port "+1" is not a plain number
                    vsock://3:0x10          | its port "0x10" is not a plain number
                    vsock://3:10/           | its port "10/" is not a plain number
                    vsock://3:4294967295    | from 0 to 4294967294
                    unix://                 | starts with a slash
                    unix:///                | does not end with one
                    unix:///run/            | does not end with one
                    unix://run/v.sock       | starts with a slash
                    unix:run/v.sock         | does not start with
                    unix:///v.sock?         | nothing but ?port=PORT
                    unix:///v.sock?prt=1    | nothing but ?port=PORT
                    unix:///v.sock?port=    | its port "" is not a plain number
                    unix:///v.sock?port=0   | from 1 to 4294967294
                    unix:///v?port=1&x=2    | its port "1&x=2" is not a plain number
                    unix://v.sock?port=1    | starts with a slash
                    unix://?port=1          | starts with a slash
                    tcp://host              | no port
                    tcp://:80               | the host is a name
                    tcp://host:65536        | from 0 to 65535
                    tcp://host:4294967295   | from 0 to 65535
                    tcp://::1:80            | brackets belong
                    tcp://[::1]             | its port "1]" is not a plain number
                    tcp://[host]:80         | brackets belong
                    tcp://[::g]:80          | the host is a name
                    tcp://[[::1]]:80        | the host is a name
                    tcp://256.1.1.1:80      | the host is a name
                    tcp://1.2.3:80          | the host is a name
                    tcp://me@host:80        | the host is a name
                    tcp://host/path:80      | the host is a name
                    tcp://-host:80          | the host is a name
                    """)
    void refusesWhatIsNoAddress(String text, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentAddress.parse(text))
                .withMessageStartingWith("\"" + text + "\" is not the address of an agent: ")
                .withMessageContaining(why)
                .withMessageEndingWith(
                        "; it takes vsock://CID:PORT, unix:///PATH?port=PORT, unix:///PATH,"
                                + " tcp://HOST:PORT, HOST:PORT, :PORT, or"
                                + " incoming:ID for an agent that dials in");
    }

    @Test
    void refusesAPathThatTheSystemWouldCutOff() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentAddress.parse("unix:///" + "a".repeat(107)))
                .withMessageContaining(
                        "the path has 108 bytes and the system takes 107 at the most");
    }

    @Test
    void refusesControlCharactersInAPath() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentAddress.parse("unix:///run/a\nb"))
                .withMessageContaining("no control character");
    }

    @Test
    void refusesAPathWithAQueryAlsoWhereItWasNotRead() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Unix("/run/v.sock?port=1"));
    }
}
