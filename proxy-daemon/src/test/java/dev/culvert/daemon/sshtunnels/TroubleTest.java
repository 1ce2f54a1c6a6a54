package dev.culvert.daemon.sshtunnels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.process.Ended;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TroubleTest {
    /** In the words of OpenSSH 9.2. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DNS | ssh: Could not resolve hostname nowhere.invalid: Name or service not known",
                "TCP | ssh: connect to host 127.0.0.1 port 1: Connection refused",
                "TCP | ssh: connect to host 192.0.2.1 port 22: Connection timed out",
                "HOST_KEY | No ED25519 host key is known for [127.0.0.1]:1 and you have requested strict checking.",
                "HOST_KEY | Host key verification failed.",
                "AUTH | me@127.0.0.1: Permission denied (publickey).",
                "AUTH | Received disconnect from 1.2.3.4 port 22:2: Too many authentication failures",
                "REMOTE_PORT_HELD | Error: remote port forwarding failed for listen port 8080",
                "FORWARD_REFUSED | channel 2: open failed: administratively prohibited: open failed",
                "FORWARD_REFUSED | channel 2: open failed: connect failed: Connection refused",
                "KEEPALIVE | Timeout, server 127.0.0.1 not responding.",
                "CONNECTION | kex_exchange_identification: Connection closed by remote host",
                "CONNECTION | Connection to 127.0.0.1 closed by remote host.",
                "HOST | bind [127.0.0.1]:1080: Address already in use",
                "HOST | /x/t.conf: line 3: Bad configuration option: nonsense",
                "CONNECTION | something that nobody knows",
            })
    void knowsWhatSshSays(Hop hop, String said) throws Exception {
        Trouble trouble =
                Trouble.of(
                        new Ended(255, "", "debug\n" + said + "\n"),
                        ScriptedSsh.settings("\"to\": \"db:1\""));

        assertThat(trouble.hop()).isEqualTo(hop);
        assertThat(trouble.sentence()).startsWith(said.replaceFirst("\\.$", ""));
    }
}
