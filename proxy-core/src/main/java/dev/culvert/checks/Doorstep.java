package dev.culvert.checks;

import dev.culvert.checks.Hop.Step;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The two hops that every check begins with: a name becomes addresses, and one of them connects.
 */
final class Doorstep {
    /** More are not tried. */
    private static final int MOST_ADDRESSES = 8;

    private final AddressRule rule;
    private final Journey.Deadline deadline;

    Doorstep(AddressRule rule, Journey.Deadline deadline) {
        this.rule = rule;
        this.deadline = deadline;
    }

    List<InetAddress> resolve(Endpoint endpoint) throws IOException, HopException {
        InetAddress[] all = lookUp(endpoint.host());
        List<InetAddress> allowed = new ArrayList<>();
        for (InetAddress address : all) {
            if (rule.allows(address) && allowed.size() < MOST_ADDRESSES) {
                allowed.add(address);
            }
        }
        if (allowed.isEmpty()) {
            throw HopException.refused(
                    "%s is not a public address".formatted(endpoint.host()),
                    "Have an operator check it, or have its network listed in checks.networks of"
                            + " the daemon's settings.");
        }
        return allowed;
    }

    /** The system's resolver blocks for as long as it likes, so it gets a thread of its own. */
    private InetAddress[] lookUp(String host) throws IOException, HopException {
        FutureTask<InetAddress[]> answer = new FutureTask<>(() -> InetAddress.getAllByName(host));
        Thread.startVirtualThread(answer);
        try {
            return answer.get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw new SocketTimeoutException("the name servers do not answer");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException) {
                throw new HopException(
                        Step.DNS,
                        "there is no address for the name %s".formatted(host),
                        "Correct the name; else look at /etc/resolv.conf here, or check through a"
                                + " proxy that knows the name (--through).");
            }
            throw new IOException(Quoted.message(e.getCause() == null ? e : e.getCause()), e);
        }
    }

    /** Tries one address after the other. */
    Socket connect(List<InetAddress> addresses, int port) throws IOException {
        @Nullable IOException last = null;
        for (int i = 0; i < addresses.size(); i++) {
            Socket socket = new Socket();
            try {
                deadline.guard(socket);
                socket.setTcpNoDelay(true);
                socket.connect(
                        new InetSocketAddress(addresses.get(i), port),
                        Math.max(1, deadline.leftMillis() / (addresses.size() - i)));
                return socket;
            } catch (IOException e) {
                socket.close();
                last = e;
            }
        }
        throw last == null ? new IOException("there is no address to connect to") : last;
    }
}
