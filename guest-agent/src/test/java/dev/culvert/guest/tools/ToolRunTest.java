package dev.culvert.guest.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.approvals.Approvals;
import dev.culvert.guest.approvals.PendingDisk;
import dev.culvert.guest.config.ApprovalSettings;
import dev.culvert.guest.config.ToolSettings;
import dev.culvert.guest.policy.ToolRules;
import dev.culvert.guest.tools.ToolRun.Outcome;
import dev.culvert.mcp.Loopback;
import dev.culvert.policy.Action;
import dev.culvert.policy.Decision;
import dev.culvert.policy.Policy;
import dev.culvert.tools.Arguments;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Commands;
import dev.culvert.tools.Grant;
import dev.culvert.tools.Servers;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ToolRunTest {
    @TempDir private Path directory;
    private final EventLoop loop = new DefaultEventLoop();
    private Workshop workshop;

    @BeforeEach
    void open() throws Exception {
        ToolSettings oneAtATime =
                new ToolSettings(
                        directory,
                        null,
                        Commands.OFF,
                        Servers.OFF,
                        1,
                        1,
                        Duration.ofMillis(50),
                        1 << 10,
                        1 << 10,
                        ApprovalSettings.DEFAULTS);
        Approvals approvals =
                new Approvals(
                        loop,
                        ApprovalSettings.DEFAULTS,
                        PendingDisk.in(null),
                        () -> "",
                        Clock.systemUTC());
        workshop =
                Objects.requireNonNull(
                        Workshop.open(
                                oneAtATime,
                                Decisions.in(null),
                                new Workshop.Around(
                                        approvals,
                                        () -> ToolRules.NONE,
                                        new Loopback(loop, NioSocketChannel::new))));
    }

    @AfterEach
    void close() {
        workshop.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** A call of a tool that does this. */
    private CompletableFuture<Outcome> call(Consumer<Grant> work) {
        BuiltinTool tool =
                new BuiltinTool() {
                    @Override
                    public String name() {
                        return "work";
                    }

                    @Override
                    public String description() {
                        return "Works.";
                    }

                    @Override
                    public String schema() {
                        return "{}";
                    }

                    @Override
                    public Action plan(Arguments arguments) {
                        return new Action.Tool(name());
                    }

                    @Override
                    public String run(Arguments arguments, Grant grant) {
                        work.accept(grant);
                        return "done";
                    }
                };
        Offer offer =
                new Offer(workshop, new Offer.Asked("t", "me", false), Policy.NONE, List.of(tool));
        ToolRun.Task task = new ToolRun.Task(tool, new AnswerCalls.Call("c", "work", "{}"), null);
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        loop.execute(() -> ToolRun.start(offer, task, loop, new Told(outcome)));
        return outcome;
    }

    private record Told(CompletableFuture<Outcome> outcome) implements ToolRun.Listener {
        @Override
        public void onOutput(String text) {}

        @Override
        public void onAsk(Decision decision) {}

        @Override
        public void onHeld(Permission permission) {}

        @Override
        public void onEnd(Outcome end) {
            outcome.complete(end);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aCallThatOnlyWaitedWasNotBegunAndNeverIs() {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();

        CompletableFuture<Outcome> first = call(_ -> await(end));
        CompletableFuture<Outcome> second = call(_ -> begun.incrementAndGet());

        assertThat(second.join().text())
                .isEqualTo(
                        "the call waited for others for longer than 0.05 s (--tool-timeout of the"
                                + " agent) and was not begun");
        assertThat(first.join().text()).endsWith("whether it did its work is not known");
        end.countDown();
        assertThat(call(_ -> {}).join()).isEqualTo(new Outcome(true, "done"));
        assertThat(begun).hasValue(0);
    }

    @Test
    void aToolThatWaitsItselfHasNotBegunMeanwhile() {
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Boolean> mayBegin = new CompletableFuture<>();

        CompletableFuture<Outcome> outcome =
                call(grant -> {
                    grant.caller().onWait();
                    await(end);
                    mayBegin.complete(grant.caller().begin());
                });

        assertThat(outcome.join().text()).endsWith("and was not begun");
        end.countDown();
        assertThat(mayBegin.join()).isFalse();
    }
}
