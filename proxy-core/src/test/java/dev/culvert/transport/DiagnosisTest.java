package dev.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The errors that no socket of this machine can be made to give, in the words of Netty's calls. */
class DiagnosisTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    vsock://5:1024       | 104 | nothing listens on port 1024 in the VM: is culvert-agent running there?
                    vsock://5:1024       |  19 | no VM has this CID: is it started, and is vhost_vsock loaded here?
                    vsock://5:1024       | 110 | the system gave up waiting for an answer: is the VM running, and is its vsock driver up?
                    vsock://5:1024       |  97 | this kernel has no vsock: are the modules vsock and its transport loaded?
                    unix:///v.sock       |  13 | permission denied: may this user write to it?
                    unix:///v.sock?port=1|  13 | permission denied: may this user write to it?
                    unix:///v.sock?port=1| 111 | nothing listens on this socket: is the VM's monitor still running?
                    unix:///v.sock       | 111 | nothing listens on this socket: is the process that made it still running?
                    tcp://10.0.0.1:80    | 110 | the system gave up waiting for an answer: is the host up, and does a firewall drop what is sent to it?
                    tcp://10.0.0.1:80    | 104 | connect(..) failed with error(-104): text
                    tcp://10.0.0.1:80    |  24 | this process has no file descriptor left: raise its limit, LimitNOFILE= of the systemd unit or ulimit -n
                    tcp://10.0.0.1:80    |   5 | connect(..) failed with error(-5): text
                    """)
    void saysWhyADialFailed(String address, int errno, String sentence) {
        DialException failure = Diagnosis.dialing(AgentAddress.parse(address), nativeError(errno));

        assertThat(failure).hasMessage(address + ": " + sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    vsock://3:1024   | 99 | this machine does not have this address: choose one that it has
                    vsock://any:80   | 13 | permission denied: ports below 1024 need a privilege
                    vsock://any:80   | 97 | this kernel has no vsock: are the modules vsock and its transport loaded?
                    unix:///v.sock   | 13 | permission denied: may this user write to the directory?
                    tcp://10.0.0.1:80| 98 | another process listens there: stop it, or choose another address
                    """)
    void saysWhyNobodyCanListen(String address, int errno, String sentence) {
        DialException failure =
                Diagnosis.listening(AgentAddress.parse(address), nativeError(errno));

        assertThat(failure).hasMessage(address + ": " + sentence);
    }

    @Test
    void saysThatThereIsNoRoute() {
        DialException failure =
                Diagnosis.dialing(
                        AgentAddress.parse("tcp://10.0.0.1:80"), new NoRouteToHostException());

        assertThat(failure).hasMessageContaining("there is no route to this host");
    }

    @Test
    void namesAnErrorThatHasNoMessage() {
        DialException failure =
                Diagnosis.dialing(
                        AgentAddress.parse("tcp://10.0.0.1:80"), new ClosedChannelException());

        assertThat(failure)
                .hasMessage("tcp://10.0.0.1:80: java.nio.channels.ClosedChannelException");
    }

    @Test
    void carriesNoStack() {
        assertThat(Diagnosis.inUse(AgentAddress.parse("vsock://3:1")).getStackTrace()).isEmpty();
    }

    private static IOException nativeError(int errno) {
        return new IOException("connect(..) failed with error(-" + errno + "): text");
    }
}
