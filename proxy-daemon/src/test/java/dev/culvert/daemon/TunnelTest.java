package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.AgentAddress;
import dev.culvert.tunnel.TunnelRefusal.Code;
import org.junit.jupiter.api.Test;

/** Over TCP that the daemon dials. */
class TunnelTest implements TunnelContract {
    @Override
    public Pair pair(String ofDaemon, String ofGuest) throws Exception {
        return DialledPair.start(ofDaemon, ofGuest, guest -> guest);
    }

    @Test
    void anAgentWithoutTheFeatureIsNotAsked() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(TunnelContract.allowed(7), guest);
                TestForward forward = new TestForward(daemon, "a", 7)) {
            assertThat(forward.refusal().code()).isEqualTo(Code.NO_TUNNELS);
        }
    }

    @Test
    void anAgentThatIsAwayIsNotAsked() throws Exception {
        AgentAddress address;
        try (ScriptedGuest guest = ScriptedGuest.start()) {
            address = guest.address();
        }
        String agents = "\"agents\": [{\"id\": \"a\", \"address\": \"" + address + "\"}]";
        try (TestDaemon daemon = TestDaemon.start("{" + TunnelContract.allowed(7) + agents + "}");
                TestForward forward = new TestForward(daemon, "a", 7)) {
            daemon.awaitState("a", "unreachable");

            assertThat(forward.refusal().code()).isEqualTo(Code.AGENT_AWAY);
        }
    }
}
