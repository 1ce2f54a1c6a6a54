package dev.culvert.daemon.sshtunnels;

import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Look;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Phase;
import dev.culvert.io.Backoff;
import dev.culvert.process.Ended;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a tunnel up for as long as it is wanted, on a thread of its own. Safe for all threads.
 *
 * <pre>
 * DOWN ─start─▶ CONNECTING ─▶ PROBING ─▶ UP ─▶ WAITING ─▶ CONNECTING …   ─stop─▶ DOWN
 * </pre>
 */
final class SshTunnel {
    private static final Logger LOG = LoggerFactory.getLogger(SshTunnel.class);
    private static final Duration LOOK = Duration.ofSeconds(30);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final int MOST_LOST = 2;
    private static final Duration SECOND_LOOK = Duration.ofSeconds(1);

    /** One that was up for less has done no useful work: its backoff goes on. */
    private static final Duration USEFUL = Duration.ofSeconds(10);

    private static final Duration TO_STOP = Duration.ofSeconds(10);
    private static final Duration QUICK = Duration.ofSeconds(1);
    private static final Duration SLOW = Duration.ofSeconds(15);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final SshTunnelSettings settings;
    private final Means means;
    private final Gate gate = new Gate();
    private final Counts counts = new Counts();
    private final List<CompletableFuture<TunnelStatus>> waiting = new ArrayList<>();
    private TunnelStatus status = TunnelStatus.down(Instant.now(), null);
    private @Nullable Thread thread;

    /** The last one that was stopped: may not have ended yet. */
    private @Nullable Thread former;

    private @Nullable Attempt attempt;

    SshTunnel(SshTunnelSettings settings, Means means) {
        this.settings = settings;
        this.means = means;
    }

    SshTunnelSettings settings() {
        return settings;
    }

    Gate gate() {
        return gate;
    }

    Counts counts() {
        return counts;
    }

    synchronized TunnelStatus status() {
        return status;
    }

    synchronized boolean isWanted() {
        return thread != null;
    }

    /** Begins; false if it has begun before. */
    synchronized boolean start() {
        if (thread != null) {
            return false;
        }
        set(it -> TunnelStatus.down(it.since(), null).in(Phase.CONNECTING, Instant.now()));
        Thread before = former;
        thread =
                Thread.ofVirtual()
                        .name("culvert-tunnel-" + settings.name())
                        .start(() -> {
                            await(before);
                            superviseAll();
                        });
        return true;
    }

    /** Both have the same sockets, which the end of the first would take from the second. */
    private static void await(@Nullable Thread before) {
        if (before != null) {
            try {
                before.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt(); // it was stopped
            }
        }
    }

    /** Ends it, and waits until its process has ended, but not for ever. Blocks. */
    void stop() {
        Thread running;
        synchronized (this) {
            running = thread;
            thread = null;
            if (running != null) {
                former = running;
            }
        }
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            running.join(TO_STOP);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        set(it -> TunnelStatus.down(Instant.now(), null));
        decide();
    }

    /** Is completed when it is up, when an attempt has failed, or when it was stopped. */
    CompletableFuture<TunnelStatus> decided() {
        CompletableFuture<TunnelStatus> future = new CompletableFuture<>();
        synchronized (this) {
            boolean isDecided =
                    switch (status.phase()) {
                        case UP, DOWN, WAITING -> true;
                        case PROBING -> status.trouble() != null;
                        case CONNECTING -> false;
                    };
            if (!isDecided) {
                waiting.add(future);
                return future;
            }
            future.complete(status);
        }
        return future;
    }

    /** Probes it now; empty if no process of ssh is connected. Blocks. */
    Optional<Look> test() {
        Attempt current;
        synchronized (this) {
            current =
                    status.phase() == Phase.UP || status.phase() == Phase.PROBING ? attempt : null;
        }
        if (current == null) {
            return Optional.empty();
        }
        Look seen = current.probe();
        set(it -> it.withProbe(seen).heardAt(current.heard()));
        return Optional.of(seen);
    }

    private synchronized void set(UnaryOperator<TunnelStatus> change) {
        status = change.apply(status);
    }

    private void decide() {
        List<CompletableFuture<TunnelStatus>> all;
        TunnelStatus now;
        synchronized (this) {
            all = List.copyOf(waiting);
            waiting.clear();
            now = status;
        }
        all.forEach(future -> future.complete(now));
    }

    private synchronized boolean isMine() {
        return Thread.currentThread().equals(thread);
    }

    private void superviseAll() {
        RandomGenerator random = RandomGenerator.getDefault();
        Backoff quick = new Backoff(() -> QUICK, () -> LONGEST, random);
        Backoff slow = new Backoff(() -> SLOW, () -> LONGEST, random);
        try {
            while (isMine()) {
                Instant began = Instant.now();
                Trouble trouble = once();
                if (!isMine()) {
                    return;
                }
                if (status().phase() == Phase.UP) {
                    counts.onReconnect();
                }
                if (status().phase() == Phase.UP && began.plus(USEFUL).isBefore(Instant.now())) {
                    quick.reset();
                    slow.reset();
                }
                Duration pause = trouble.hop().isSlow() ? slowly(slow) : quick.next();
                Instant next = Instant.now().plus(pause);
                set(it ->
                        it.in(Phase.WAITING, Instant.now())
                                .with(null)
                                .because(trouble)
                                .until(next));
                LOG.warn(
                        "the tunnel {} is not up ({}), and is tried again in {} s: {}",
                        settings.name(),
                        trouble.hop().label(),
                        (pause.toMillis() + 999) / 1_000,
                        trouble.sentence());
                decide();
                Thread.sleep(pause);
                if (isMine()) {
                    set(it -> it.in(Phase.CONNECTING, Instant.now()));
                }
            }
        } catch (InterruptedException _) {
            LOG.debug("the tunnel {} was stopped", settings.name());
        } finally {
            gate.shut();
        }
    }

    /** Never at once: what is wrong there mends itself slowly or never. */
    private static Duration slowly(Backoff slow) {
        Duration next = slow.next();
        return next.compareTo(QUICK) < 0 ? SLOW.dividedBy(3) : next;
    }

    /** One process of ssh. Returns why it has ended. */
    private Trouble once() throws InterruptedException {
        try (Attempt ssh = Attempt.start(settings, counts::opened, means)) {
            synchronized (this) {
                attempt = ssh;
            }
            set(it -> it.with(ssh.process(Instant.now())).withControl(null).withProbe(null));
            Trouble trouble = ssh.connect();
            return trouble == null ? probed(ssh) : trouble;
        } catch (Attempt.WrongHostKeyException e) {
            return Trouble.of(Hop.HOST_KEY, String.valueOf(e.getMessage()), settings);
        } catch (IOException e) {
            return Trouble.of(Hop.HOST, String.valueOf(e.getMessage()), settings);
        } catch (RuntimeException e) {
            LOG.error("the tunnel {} failed", settings.name(), e);
            return Trouble.of(Hop.HOST, "the daemon failed, and its log says more", settings);
        } finally {
            gate.shut();
            synchronized (this) {
                attempt = null;
            }
        }
    }

    /** Lets callers in while bytes get through. Returns why ssh has to be started again. */
    private Trouble probed(Attempt ssh) throws InterruptedException {
        set(it -> it.in(Phase.PROBING, Instant.now()).heardAt(ssh.heard()));
        Duration pause = Duration.ZERO;
        int silent = 0;
        int lost = 0;
        while (true) {
            Optional<Ended> end = ssh.awaitEnd(pause);
            if (end.isPresent()) {
                return Trouble.of(end.get(), settings);
            }
            Look control = ssh.control();
            Look probe = ssh.probe();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            set(it -> it.withControl(control).withProbe(probe).heardAt(ssh.heard()));
            silent = control.isGood() ? 0 : silent + 1;
            lost = probe.isGood() ? 0 : lost + 1;
            if (silent == MOST_LOST) {
                return Trouble.of(
                        Hop.CONTROL,
                        "the control socket of ssh does not answer: " + control.says(),
                        settings);
            }
            if (silent > 0) {
                pause = SECOND_LOOK;
            } else if (lost == 0) {
                up(ssh, probe);
                pause = LOOK;
            } else if (lost < MOST_LOST && status().phase() == Phase.UP) {
                pause = SECOND_LOOK;
            } else {
                lost(ssh, probe);
                pause = AGAIN;
            }
        }
    }

    private void up(Attempt ssh, Look probe) {
        if (status().phase() != Phase.UP) {
            set(it -> it.in(Phase.UP, Instant.now()).because(null));
            LOG.info("the tunnel {} is up: {}", settings.name(), probe.says());
            gate.open(ssh.near());
            decide();
        }
    }

    private void lost(Attempt ssh, Look probe) {
        Trouble trouble = ssh.probeTrouble(probe);
        if (status().trouble() == null) {
            LOG.warn(
                    "the tunnel {} is not up ({}): {}",
                    settings.name(),
                    trouble.hop().label(),
                    trouble.sentence());
        }
        gate.shut();
        set(it ->
                (it.phase() == Phase.UP ? it.in(Phase.PROBING, Instant.now()) : it)
                        .because(trouble));
        decide();
    }
}
