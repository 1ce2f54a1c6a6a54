package dev.culvert.guest.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.tools.Commands;
import dev.culvert.tools.Servers;
import dev.culvert.transport.AgentAddress;
import dev.culvert.tunnel.PortList;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestSettingsTest {

    @Test
    void withNothingSaidItServesTheHostFromTheRuntimeNextToIt() throws Exception {
        assertThat(read("{}"))
                .isEqualTo(
                        new GuestSettings(
                                new ListenSettings(
                                        new AgentAddress.Vsock(AgentAddress.Vsock.ANY_CID, 1024),
                                        true,
                                        ListenSettings.AcceptFrom.HOST,
                                        false),
                                new JoinSettings(Optional.empty(), Optional.empty()),
                                new IdentitySettings(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()),
                                new RuntimeSource.Http(
                                        URI.create("http://127.0.0.1:8081"),
                                        null,
                                        new RuntimeRequests(
                                                RuntimeKind.OPENAI,
                                                null,
                                                8192,
                                                "2023-06-01",
                                                Set.of()),
                                        new RuntimeTimeouts(
                                                Duration.ofSeconds(5),
                                                Duration.ofSeconds(45),
                                                Duration.ofSeconds(4)),
                                        new RuntimeLimits(8 << 20, 256 << 10, 8)),
                                new TurnLimits(
                                        64,
                                        1 << 20,
                                        16 << 20,
                                        Duration.ofSeconds(60),
                                        Duration.ofSeconds(30),
                                        8192,
                                        48 << 20,
                                        32 << 20),
                                new SubjectSettings(
                                        null, 64, 256, 256 << 10, Duration.ofSeconds(30)),
                                new TunnelSettings(
                                        PortList.NONE, PortList.NONE, 256, Duration.ofSeconds(5)),
                                OutsideSettings.DEFAULTS,
                                new ToolSettings(
                                        null,
                                        null,
                                        Commands.OFF,
                                        Servers.OFF,
                                        16,
                                        4,
                                        Duration.ofSeconds(30),
                                        64 << 10,
                                        1 << 20,
                                        new ApprovalSettings(Duration.ofMinutes(15), 16, 16 << 20)),
                                65_536,
                                1 << 20,
                                16 << 20,
                                null,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(10),
                                GuestSettings.LogLevel.INFO));
    }

    @Test
    void anAgentThatDialsInListensOnlyWhereItIsToldTo() throws Exception {
        assertThat(read("{\"join\": \"ws://h\"}").listen().isWanted()).isFalse();
        assertThat(read("{\"join\": \"ws://h\", \"listen\": \"vsock://any:1024\"}").listen())
                .isEqualTo(ListenSettings.DEFAULTS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    wss://h:8443         | wss://h:8443         | tcp://h:8443     | true  | /api/v1/agents/connect
                    wss://h              | wss://h:443          | tcp://h:443      | true  | /api/v1/agents/connect
                    ws://h/              | ws://h:80            | tcp://h:80       | false | /api/v1/agents/connect
                    ws://[::1]:1/x/c     | ws://[::1]:1/x/c     | tcp://[::1]:1    | false | /x/c
                    tls://h:1            | tls://h:1            | tcp://h:1        | true  | ''
                    tcp://10.0.0.1:2     | tcp://10.0.0.1:2     | tcp://10.0.0.1:2 | false | ''
                    vsock://2:1025       | vsock://2:1025       | vsock://2:1025   | false | ''
                    unix:///run/c.sock   | unix:///run/c.sock   | unix:///run/c.sock | false | ''
                    """)
    void readsWhereItDialsIn(
            String text, String printed, String address, boolean tls, String path) {
        JoinTarget target = JoinTarget.parse(text);

        assertThat(target)
                .isEqualTo(new JoinTarget(AgentAddress.parse(address), tls, path))
                .hasToString(printed);
        assertThat(JoinTarget.parse(printed)).isEqualTo(target);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    http://h              | it does not start with wss://
                    h:1                   | it does not start with wss://
                    wss://                | it is not a URL
                    wss://u@h             | neither user, query nor fragment
                    ws://h/?token=1       | neither user, query nor fragment
                    tcp://h:0             | the port 0 cannot be dialled
                    ws://h:0              | the port 0 cannot be dialled
                    vsock://any:1025      | the host has the CID 2
                    unix:///v?port=1025   | in a VM, dial vsock://2:PORT
                    tcp://h               | it has no port
                    """)
    void refusesWhereNobodyCanDialIn(String text, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JoinTarget.parse(text))
                .withMessageStartingWith("\"" + text + "\" is not where an agent can dial in: ")
                .withMessageContaining(why)
                .withMessageEndingWith("vsock://2:PORT or unix:///PATH");
    }

    @Test
    void certificatesWithoutTlsAreAMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new JoinSettings(
                                Optional.of(JoinTarget.parse("ws://h")),
                                Optional.of(Path.of("/ca.pem"))))
                .withMessageContaining("only TLS uses it");
    }

    @Test
    void aTokenAndAFileWithOneAreAMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new IdentitySettings(
                                Optional.of("cvj_a"),
                                Optional.of(Path.of("/token")),
                                Optional.empty(),
                                Optional.empty()))
                .withMessageContaining("an agent takes one of the two");
    }

    @Test
    void theTokenIsNeverPrinted() throws Exception {
        IdentitySettings settings = read("{\"join_token\": \"cvj_a\"}").identity();

        assertThat(settings.token()).hasValue("cvj_a");
        assertThat(settings.toString()).doesNotContain("cvj_a");
    }

    @Test
    void everyKeyCanBeSetToSomethingElse() throws Exception {
        assertThat(
                        read(
                                """
                                {
                                  "listen": "tcp://0.0.0.0:9103",
                                  "allow_unauthenticated": true,
                                  "accept_from": "any",
                                  "join": "wss://h:8443",
                                  "join_ca": "/etc/ca.pem",
                                  "join_token": "cvj_a",
                                  "name": "web",
                                  "vm_generation_file": "/run/generation",
                                  "runtime": "http://[::1]:11434/v1",
                                  "runtime_key_file": "/run/key",
                                  "runtime_kind": "anthropic",
                                  "runtime_model": "m",
                                  "anthropic_max_tokens": 300,
                                  "anthropic_version": "2026-10-21",
                                  "anthropic_leave_out": "temperature, top_k",
                                  "runtime_timeout": "5s",
                                  "runtime_connect_timeout": "1s",
                                  "runtime_keep_alive": "2s",
                                  "runtime_connections": 3,
                                  "max_answer_bytes": "1MiB",
                                  "max_event_bytes": "64KiB",
                                  "max_turns": 2,
                                  "turn_log_bytes": "64KiB",
                                  "turn_logs_bytes": "128KiB",
                                  "turn_log_ttl": "7s",
                                  "orphan_grace": "3s",
                                  "max_ended_turns": 100,
                                  "max_context_bytes": "1MiB",
                                  "max_config_bytes": "2MiB",
                                  "max_held_bytes": "6MiB",
                                  "max_requests_bytes": "7MiB",
                                  "max_message_bytes": "5MiB",
                                  "local_socket": "/run/agent.sock",
                                  "local_connections": 2,
                                  "subject_requests": 3,
                                  "subject_bytes": "4KiB",
                                  "subject_timeout": "9s",
                                  "forward_ports": "22, 3000-3999",
                                  "reverse_ports": "15432",
                                  "max_tunnels": 7,
                                  "tunnel_timeout": "4s",
                                  "llm_listen": "127.0.0.1:8082",
                                  "proxy_listen": "unix:///run/proxy.sock",
                                  "tools_dir": "/srv/work",
                                  "tools_policy": "/etc/policy.jsonc",
                                  "tool_commands": "unconfined",
                                  "tool_servers": "confined",
                                  "max_tool_rounds": 3,
                                  "max_tool_calls": 2,
                                  "tool_timeout": "8s",
                                  "tool_output_bytes": "2KiB",
                                  "tool_results_bytes": "64KiB",
                                  "approval_timeout": "1h",
                                  "max_approvals": 5,
                                  "approval_bytes": "256KiB",
                                  "state_dir": "/var/lib/culvert-agent",
                                  "heartbeat": "30s",
                                  "drain": "1m",
                                  "log_level": "trace",
                                }
                                """))
                .isEqualTo(
                        new GuestSettings(
                                new ListenSettings(
                                        new AgentAddress.Tcp("0.0.0.0", 9103),
                                        true,
                                        ListenSettings.AcceptFrom.ANY,
                                        true),
                                new JoinSettings(
                                        Optional.of(
                                                new JoinTarget(
                                                        new AgentAddress.Tcp("h", 8443),
                                                        true,
                                                        JoinTarget.PATH)),
                                        Optional.of(Path.of("/etc/ca.pem"))),
                                new IdentitySettings(
                                        Optional.of("cvj_a"),
                                        Optional.empty(),
                                        Optional.of("web"),
                                        Optional.of(Path.of("/run/generation"))),
                                new RuntimeSource.Http(
                                        URI.create("http://[::1]:11434/v1"),
                                        Path.of("/run/key"),
                                        new RuntimeRequests(
                                                RuntimeKind.ANTHROPIC,
                                                "m",
                                                300,
                                                "2026-10-21",
                                                Set.of("temperature", "top_k")),
                                        new RuntimeTimeouts(
                                                Duration.ofSeconds(1),
                                                Duration.ofSeconds(5),
                                                Duration.ofSeconds(2)),
                                        new RuntimeLimits(1 << 20, 64 << 10, 3)),
                                new TurnLimits(
                                        2,
                                        1 << 16,
                                        1 << 17,
                                        Duration.ofSeconds(7),
                                        Duration.ofSeconds(3),
                                        100,
                                        7 << 20,
                                        5 << 20),
                                new SubjectSettings(
                                        Path.of("/run/agent.sock"),
                                        2,
                                        3,
                                        4096,
                                        Duration.ofSeconds(9)),
                                new TunnelSettings(
                                        PortList.parse("22,3000-3999"),
                                        PortList.parse("15432"),
                                        7,
                                        Duration.ofSeconds(4)),
                                new OutsideSettings(
                                        Optional.of(AgentAddress.parse("tcp://127.0.0.1:8082")),
                                        Optional.of(
                                                AgentAddress.parseListener(
                                                        "unix:///run/proxy.sock"))),
                                new ToolSettings(
                                        Path.of("/srv/work"),
                                        Path.of("/etc/policy.jsonc"),
                                        Commands.UNCONFINED,
                                        Servers.CONFINED,
                                        3,
                                        2,
                                        Duration.ofSeconds(8),
                                        2048,
                                        1 << 16,
                                        new ApprovalSettings(Duration.ofHours(1), 5, 1 << 18)),
                                1 << 20,
                                2 << 20,
                                6 << 20,
                                Path.of("/var/lib/culvert-agent"),
                                Duration.ofSeconds(30),
                                Duration.ofMinutes(1),
                                GuestSettings.LogLevel.TRACE));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:11434, http://127.0.0.1:11434",
        ":11434, http://127.0.0.1:11434",
        "localhost:11434/v1, http://localhost:11434/v1",
        "[::1]:80, http://[::1]:80"
    })
    void aRuntimeMayBeGivenWithoutItsScheme(String text, String base) throws Exception {
        assertThat(((RuntimeSource.Http) read("{\"runtime\": \"" + text + "\"}").runtime()).base())
                .isEqualTo(URI.create(base));
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1:9103", ":9103", "localhost:9103"})
    void anAddressWithoutASchemeIsTcp(String text) throws Exception {
        assertThat(read("{\"listen\": \"" + text + "\"}").listen().address())
                .isInstanceOf(AgentAddress.Tcp.class);
    }

    @Test
    void theEchoHasItsDelay() throws Exception {
        assertThat(read("{\"runtime\": \"echo\", \"echo_delay\": \"20ms\"}").runtime())
                .isEqualTo(new RuntimeSource.Echo(Duration.ofMillis(20)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"listen\": \"7\"          | listen",
                "\"accept_from\": \"all\"   | accept_from is \"all\": it must be one of host, any",
                "\"runtime\": \"ftp://h\"   | runtime is ftp://h: it must be http://HOST:PORT, or"
                        + " echo",
                "\"runtime\": \"no such\"   | runtime is no such: it must be http://HOST:PORT, or"
                        + " echo",
                "\"runtime_timeout\": \"0s\" | runtime_timeout is 0s: it must be more than nothing",
                "\"echo_delay\": \"1\u00b5s\"  | echo_delay is \"1\u00b5s\": it must be a time",
                "\"max_turns\": 0           | max_turns is 0: it must be at least 1",
                "\"turn_log_bytes\": 1023   | turn_log_bytes is 1023: it must be from 1KiB to 4MiB",
                "\"turn_logs_bytes\": \"1GiB\" | turn_logs_bytes is 1GiB: it must be from 1KiB to"
                        + " 16MiB",
                "\"turn_logs_bytes\": 4096  | turn_logs_bytes is 4KiB: it must be at least"
                        + " turn_log_bytes, which is 1MiB",
                "\"turn_log_ttl\": true     | turn_log_ttl is true: it must be a time",
                "\"orphan_grace\": \"soon\" | orphan_grace is \"soon\": it must be a time",
                "\"listen\": \"tcp://0.0.0.0:1\" | listen is tcp://0.0.0.0:1: the agent asks"
                        + " for no credentials",
                "\"listen\": \"tls://127.0.0.1:1\" | listen is tls://127.0.0.1:1: the agent speaks"
                        + " no TLS",
                "\"listen\": \"tcp://[::]:1\" | accept the risk with --allow-unauthenticated=true",
                "\"runtime_connect_timeout\": \"0s\" | runtime_connect_timeout is 0s: it must be"
                        + " more",
                "\"runtime_keep_alive\": \"48h\" | runtime_keep_alive is 172800000ms: it must be"
                        + " from 1ms",
                "\"runtime_connections\": -1 | runtime_connections is -1: it must be from 0",
                "\"max_answer_bytes\": 0     | max_answer_bytes is 0: it must be at least 1",
                "\"max_event_bytes\": 10     | max_event_bytes is 10: it must be from 64",
                "\"max_ended_turns\": 1      | max_ended_turns is 1: it must be from 2 to",
                "\"max_held_bytes\": \"1MiB\" | max_held_bytes is 1MiB: it must be from 5MiB to"
                        + " 1GiB",
                "\"max_requests_bytes\": 1  | max_requests_bytes is 1: it must be from 5MiB to"
                        + " 1GiB",
                "\"max_message_bytes\": 1   | max_message_bytes is 1: it must be from 4MiB to"
                        + " 1GiB",
                "\"max_config_bytes\": \"5MiB\" | max_config_bytes is 5MiB: it must be from 1KiB to"
                        + " 4MiB",
                "\"max_context_bytes\": 0   | max_context_bytes is 0: it must be at least 1",
                "\"drain\": true            | drain is true: it must be a time",
                "\"heartbeat\": \"61s\"     | heartbeat is 61s: it must be from 1s to 60s",
                "\"heartbeat\": \"999ms\"   | heartbeat is 999ms: it must be from 1s to 60s",
                "\"log_level\": \"loud\"    | log_level is \"loud\": it must be one of error, warn",
                "\"max_turn\": 1            | did you mean 'max_turns'?"
            })
    void whatCannotBeIsRefusedByItsName(String member, String sentence) {
        BadSettingsException bad =
                catchThrowableOfType(BadSettingsException.class, () -> read("{" + member + "}"));

        assertThat(bad.mistakes())
                .singleElement()
                .asString()
                .startsWith("f:1:2: ")
                .contains(sentence);
    }

    private static GuestSettings read(String text) throws BadSettingsException {
        Layer file = Layer.text("f", text);
        return Settings.read(List.of(file), GuestSettings::read).value();
    }
}
