package dev.culvert.daemon;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.testing.Eventually;
import java.io.Closeable;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@SuppressWarnings("try") // some close what they have opened before the end
class ReverseVerbTest {
    /** A run of {@code culvert reverse} that goes on until Ctrl-C. */
    private static final class Running implements Closeable {
        private final AtomicReference<Runnable> ctrlC = new AtomicReference<>();
        private final User user;
        private final CompletableFuture<CommandRun> run = new CompletableFuture<>();

        Running(TestDaemon daemon, int port, ServerSocket service) {
            user = User.of(daemon).interruptible(ctrlC::set);
            Thread.ofVirtual()
                    .start(() ->
                            run.complete(
                                    user.run(
                                            "reverse",
                                            "a",
                                            "%d:127.0.0.1:%d"
                                                    .formatted(port, service.getLocalPort()))));
        }

        void awaitOpen() {
            Eventually.await(() -> assertThat(user.printed()).contains("\n"));
        }

        CommandRun stop() {
            requireNonNull(ctrlC.get()).run();
            return run.join();
        }

        @Override
        public void close() {
            stop();
        }
    }

    private static DialledPair pair(ServerSocket service, int port) throws Exception {
        return DialledPair.start(
                ReverseContract.offering(service), ReverseContract.opening(port), guest -> guest);
    }

    @Test
    void aPortOfTheAgentLeadsToTheServiceUntilCtrlC() throws Exception {
        int port = ReverseContract.free();
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = pair(service, port);
                Running reverse = new Running(pair.daemon(), port, service)) {
            reverse.awaitOpen();
            try (Socket program = ReverseContract.program(port);
                    Socket accepted = ReverseContract.accept(service)) {
                accepted.getOutputStream().write('!');
                assertThat(program.getInputStream().read()).isEqualTo('!');
            }

            CommandRun run = reverse.stop();

            assertThat(run.code()).isEqualTo(130);
            assertThat(run.out())
                    .isEqualTo("a  %d  127.0.0.1:%d\n".formatted(port, service.getLocalPort()));
            assertThat(run.err()).contains("are open until Ctrl-C");
        }
    }

    @Test
    void itEndsWhenTheAgentGoes() throws Exception {
        int port = ReverseContract.free();
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = pair(service, port);
                Running reverse = new Running(pair.daemon(), port, service)) {
            reverse.awaitOpen();

            pair.stopGuest();

            CommandRun run = reverse.run.join();
            assertThat(run.code()).isEqualTo(3);
            assertThat(run.err())
                    .contains("port " + port + " of agent a is closed")
                    .contains("the agent or the daemon has gone");
        }
    }

    @Test
    void whoeverDoesNotAllowItIsNamedWithTheKeyOrTheFlag() throws Exception {
        int port = ReverseContract.free();
        try (ServerSocket service = TunnelContract.service();
                ServerSocket other = TunnelContract.service();
                DialledPair pair = pair(service, port)) {
            CommandRun daemon = run(pair, port, other);
            assertThat(daemon.code()).isEqualTo(4);
            assertThat(daemon.err()).contains("reach.services");

            CommandRun agent = run(pair, port == 1 ? 2 : 1, service);
            assertThat(agent.code()).isEqualTo(4);
            assertThat(agent.err()).contains("--reverse-ports");

            try (Running reverse = new Running(pair.daemon(), port, service)) {
                reverse.awaitOpen();
                CommandRun taken = run(pair, port, service);
                assertThat(taken.code()).isEqualTo(1);
                assertThat(taken.err()).contains("has a listener already");
            }
        }
    }

    private static CommandRun run(DialledPair pair, int port, ServerSocket service) {
        return User.of(pair.daemon())
                .run("reverse", "a", "%d:127.0.0.1:%d".formatted(port, service.getLocalPort()));
    }
}
