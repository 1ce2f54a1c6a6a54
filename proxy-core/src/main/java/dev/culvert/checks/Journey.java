package dev.culvert.checks;

import dev.culvert.checks.Hop.Step;
import dev.culvert.checks.Through.Direct;
import dev.culvert.checks.Through.HttpProxy;
import dev.culvert.checks.Through.Socks5;
import dev.culvert.checks.Through.Tunnel;
import dev.culvert.io.Quoted;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** One check on its way: a hop after the other until one fails. Confined to its thread. */
final class Journey implements AutoCloseable {
    /** ssh closes a connection that its server cannot make earlier than that. */
    private static final int SETTLE_MILLIS = 1_000;

    private final Checker checker;
    private final Target target;
    private final Through through;
    private final Doorstep doorstep;
    private final Deadline deadline;
    private final TlsHop tls;
    private final List<Hop> hops = new ArrayList<>();
    private Step now = Step.DNS;
    private long sinceNanos;
    private int status;

    Journey(Checker checker, Target target, Through through, AddressRule rule, Duration timeout) {
        this.checker = checker;
        this.target = target;
        this.through = through;
        deadline = new Deadline(timeout);
        doorstep = new Doorstep(rule, deadline);
        tls = new TlsHop(checker.authorities());
    }

    /** What a hop does. Returns what came of it, for people. */
    private interface Work {
        String run() throws IOException, HopException;
    }

    CheckResult run() {
        Verdict verdict = Verdict.UNREACHABLE;
        try {
            travel();
            verdict = status >= 500 ? Verdict.UNWELL : Verdict.REACHABLE;
        } catch (HopException e) {
            hops.add(e.hop(elapsed()));
            verdict = e.verdict();
        } catch (IOException e) {
            hops.add(failed(e));
        }
        return new CheckResult(
                target.url(),
                through.toString(),
                verdict,
                Sentences.of(target, verdict, hops, status),
                hops,
                status,
                tls.certificate());
    }

    private void travel() throws IOException, HopException {
        Endpoint first =
                switch (through) {
                    case Direct _ -> target.endpoint();
                    case HttpProxy proxy -> proxy.endpoint();
                    case Socks5 proxy -> proxy.endpoint();
                    case Tunnel tunnel -> tunnel.endpoint();
                };
        String whose =
                switch (through) {
                    case Direct _ -> "";
                    case HttpProxy _, Socks5 _ -> " of the proxy";
                    case Tunnel _ -> " of the tunnel's near end";
                };
        List<InetAddress> addresses = new ArrayList<>();
        hop(
                Step.DNS,
                () -> {
                    addresses.addAll(doorstep.resolve(first));
                    return Sentences.addresses(addresses, first) + whose;
                });
        Socket[] socket = new Socket[1];
        hop(
                Step.TCP,
                () -> {
                    socket[0] = doorstep.connect(addresses, first.port());
                    String connected =
                            "connected to "
                                    + new Endpoint(
                                            socket[0].getInetAddress().getHostAddress(),
                                            first.port());
                    if (through instanceof Tunnel tunnel) {
                        settle(Step.TCP, socket[0]);
                        return connected + ", which leads to " + tunnel.to();
                    }
                    return connected;
                });
        Connected plain = Connected.by(socket[0]);
        boolean isAskedWhole =
                through instanceof HttpProxy && target.scheme() == Target.Scheme.HTTP;
        if (!isAskedWhole) {
            passProxy(plain, socket[0]);
        }
        switch (target.scheme()) {
            case TCP -> {}
            case HTTP -> ask(plain, isAskedWhole);
            case HTTPS -> {
                SSLSocket[] secured = new SSLSocket[1];
                hop(
                        Step.TLS,
                        () -> {
                            secured[0] = tls.open(socket[0], target.endpoint());
                            return tls.detail(
                                    secured[0].getSession().getProtocol(),
                                    checker.clock().instant());
                        });
                ask(Connected.by(secured[0]), false);
            }
        }
    }

    /**
     * What takes connections before it has reached the target closes them if it cannot. What asks
     * for an answer finds out by itself; the rest waits a moment.
     */
    private void settle(Step step, Socket socket) throws IOException, HopException {
        if (target.scheme() != Target.Scheme.TCP) {
            return;
        }
        socket.setSoTimeout(Math.min(deadline.leftMillis(), SETTLE_MILLIS));
        try {
            if (socket.getInputStream().read() < 0) {
                throw closedByTunnel(step);
            }
        } catch (SocketTimeoutException e) {
            if (deadline.isOver()) {
                throw e;
            }
        }
    }

    private void passProxy(Connected plain, Socket socket) throws IOException, HopException {
        Endpoint to = target.endpoint();
        switch (through) {
            case Direct _, Tunnel _ -> {}
            case HttpProxy proxy ->
                    hop(
                            Step.PROXY,
                            () ->
                                    HttpConnect.open(
                                            to,
                                            proxy.login(),
                                            plain.in(),
                                            plain.out(),
                                            Checker.AGENT));
            case Socks5 proxy ->
                    hop(
                            Step.PROXY,
                            () ->
                                    proxy.isEarly()
                                            ? askEarly(proxy, plain, socket)
                                            : SocksConnect.open(
                                                    to, proxy.login(), plain.in(), plain.out()));
        }
    }

    /** Its "yes" may be lost if the server's "no" comes at once. */
    private String askEarly(Socks5 proxy, Connected plain, Socket socket)
            throws IOException, HopException {
        String said;
        try {
            said = SocksConnect.open(target.endpoint(), proxy.login(), plain.in(), plain.out());
        } catch (EOFException _) {
            throw closedByTunnel(Step.PROXY);
        }
        settle(Step.PROXY, socket);
        return said;
    }

    private static HopException closedByTunnel(Step step) {
        return new HopException(
                step,
                "the tunnel closed the connection: its server does not reach the target",
                "Write the address as the tunnel's server names it; culvert tunnel test says whether"
                        + " the tunnel works.");
    }

    private void ask(Connected over, boolean whole) throws IOException, HopException {
        hop(
                Step.HTTP,
                () -> {
                    String more =
                            whole && through instanceof HttpProxy proxy
                                    ? HttpConnect.authorization(proxy.login())
                                    : "";
                    String line =
                            whole ? "http://" + target.hostHeader() + target.path() : target.path();
                    int answered = Checker.ask(target, line, more, over);
                    if (whole && answered == 407) {
                        throw HttpConnect.refusal(answered, target.endpoint());
                    }
                    status = answered;
                    return Sentences.status(answered);
                });
    }

    private void hop(Step step, Work work) throws IOException, HopException {
        now = step;
        sinceNanos = System.nanoTime();
        String detail = work.run();
        hops.add(new Hop(step, true, elapsed(), detail, ""));
    }

    private long elapsed() {
        return (System.nanoTime() - sinceNanos) / 1_000;
    }

    private Hop failed(IOException e) {
        boolean isLate = deadline.isOver() || e instanceof SocketTimeoutException;
        String detail =
                isLate
                        ? "no answer within %d ms".formatted(deadline.millis())
                        : e instanceof EOFException
                                ? "it closed the connection without an answer"
                                : Quoted.message(e);
        String advice =
                detail.contains("not permitted")
                        ? Sentences.FORBIDDEN
                        : Sentences.advice(now, isLate, through);
        return new Hop(now, false, elapsed(), detail, advice);
    }

    @Override
    public void close() {
        deadline.close();
    }

    /** The end of the time that a check may take: closes its connection, wherever it waits. */
    static final class Deadline implements AutoCloseable {
        private final long millis;
        private final long endNanos;
        private final Thread watch;
        private @Nullable Socket socket;
        private boolean over;

        Deadline(Duration timeout) {
            millis = timeout.toMillis();
            endNanos = System.nanoTime() + timeout.toNanos();
            watch = Thread.startVirtualThread(this::watch);
        }

        private void watch() {
            try {
                Thread.sleep(Duration.ofMillis(millis));
                end();
            } catch (InterruptedException _) {
                // the check has ended in time
            }
        }

        private synchronized void end() {
            over = true;
            shut();
        }

        private synchronized void shut() {
            if (socket != null) {
                try {
                    socket.close();
                } catch (IOException _) {
                    // it is gone anyway
                }
            }
        }

        synchronized boolean isOver() {
            return over;
        }

        long millis() {
            return millis;
        }

        /** At least 1: 0 would mean for ever. */
        int leftMillis() {
            return (int) Math.max(1, (endNanos - System.nanoTime()) / 1_000_000);
        }

        synchronized void guard(Socket opened) throws IOException {
            socket = opened;
            if (over) {
                shut();
                throw new SocketTimeoutException("no time is left");
            }
        }

        @Override
        public void close() {
            watch.interrupt();
            shut();
        }
    }
}
