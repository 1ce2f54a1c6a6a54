package dev.culvert.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in for Firecracker: the vsock device of one VM, as the host sees it. What listens in the
 * VM is any process here, whose socket is made the VM's by {@link #expose}.
 */
/* One thread does all of it, as in Firecracker, so what blocks one connection blocks the VM. */
public final class VmMonitor implements AutoCloseable {
    /** Of one VM, in both directions. */
    public static final int MAX_CONNECTIONS = 1023;

    private static final int MAX_COMMAND_BYTES = 32;
    private static final int FIRST_HOST_PORT = 1 << 30;
    private static final Pattern COMMAND =
            Pattern.compile("connect\\s+([0-9]{1,10})\\s*", Pattern.CASE_INSENSITIVE);

    /** What becomes of the host's ends of connections that a snapshot resets. */
    public enum HostSees {
        END,
        SILENCE
    }

    /** Something to do on the monitor's thread when a socket is ready, or when it was asked to. */
    interface Step {
        void run() throws IOException;
    }

    private final Path path;
    private final Map<Integer, SocketAddress> guests = new ConcurrentHashMap<>();
    private final Queue<Step> asked = new ConcurrentLinkedQueue<>();
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener =
            ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    private final Thread thread = new Thread(this::run, "vm-monitor");

    // The thread's own.
    private final Set<VmConnection> connections = new HashSet<>();
    private final List<Step> waiting = new ArrayList<>();
    private final List<SocketChannel> silent = new ArrayList<>();
    private boolean paused;
    private int nextHostPort = FIRST_HOST_PORT;

    /**
     * @param path the {@code uds_path}, which must not be there yet
     */
    public VmMonitor(Path path) throws IOException {
        this.path = path;
        listener.bind(UnixDomainSocketAddress.of(path), 1024);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT, (Step) this::accept);
        thread.start();
    }

    /** How the host reaches a port of the VM, whether anything listens there or not. */
    public HybridUnix port(int port) {
        return new HybridUnix(path.toString(), port);
    }

    /** From now on the VM's {@code port} is what listens on {@code guest}, a Unix or TCP socket. */
    public HybridUnix expose(int port, AgentAddress guest) {
        guests.put(
                port,
                switch (guest) {
                    case Unix unix -> UnixDomainSocketAddress.of(unix.path());
                    case Tcp tcp -> new InetSocketAddress(tcp.host(), tcp.port());
                    case AgentAddress.Vsock _, HybridUnix _, AgentAddress.Incoming _ ->
                            throw new IllegalArgumentException("not a plain socket: " + guest);
                });
        return port(port);
    }

    /**
     * A process in the VM connects to CID 2. Fails when nothing listens at {@code PATH_port} on the
     * host.
     *
     * @return the end in the VM, which the caller closes
     */
    public CompletableFuture<SocketChannel> connectToHost(int port) {
        return ask(() -> {
            SocketChannel host = SocketChannel.open(UnixDomainSocketAddress.of(path + "_" + port));
            if (connections.size() == MAX_CONNECTIONS) {
                host.close();
                throw new IOException("the VM has no connection left");
            }
            try (ServerSocketChannel pair = ServerSocketChannel.open()) {
                pair.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel inTheVm = SocketChannel.open(pair.getLocalAddress());
                begin(host, pair.accept(), ByteBuffer.allocate(0), ByteBuffer.allocate(0));
                return inTheVm;
            }
        });
    }

    /** The VM stands still, as it does before its driver is up: what asks for a port waits. */
    public void pause() {
        ask(() -> paused = true).join();
    }

    public void resume() {
        ask(
                        () -> {
                            paused = false;
                            for (Step connect : waiting) {
                                connect.run();
                            }
                            waiting.clear();
                            return true;
                        })
                .join();
    }

    /** Every connection of the guest is reset, and what listens in it goes on. */
    public void snapshot(HostSees hostSees) {
        ask(
                        () -> {
                            for (VmConnection connection : List.copyOf(connections)) {
                                switch (hostSees) {
                                    case END -> connection.reset();
                                    case SILENCE -> silent.add(connection.resetGuest());
                                }
                            }
                            return true;
                        })
                .join();
    }

    public int connections() {
        return ask(connections::size).join();
    }

    private interface Answer<T> {
        T get() throws IOException;
    }

    private <T> CompletableFuture<T> ask(Answer<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        asked.add(() -> {
            try {
                answer.complete(question.get());
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        selector.wakeup();
        return answer;
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(VmMonitor::ready);
                for (Step step = asked.poll(); step != null; step = asked.poll()) {
                    step.run();
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void ready(SelectionKey key) {
        try {
            if (key.isValid()) {
                ((Step) key.attachment()).run();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void accept() throws IOException {
        SocketChannel host = listener.accept();
        if (host == null) {
            return;
        }
        if (connections.size() == MAX_CONNECTIONS) {
            host.close();
            return;
        }
        host.configureBlocking(false);
        host.register(selector, SelectionKey.OP_READ, (Step) () -> command(host));
    }

    /** Reads once: of a command that came in pieces nothing more is awaited. */
    private void command(SocketChannel host) throws IOException {
        host.keyFor(selector).interestOps(0);
        ByteBuffer read = ByteBuffer.allocate(MAX_COMMAND_BYTES);
        try {
            host.read(read);
        } catch (IOException _) {
            // it has gone, and what was read is no command
        }
        String text = US_ASCII.decode(read.flip()).toString();
        int end = text.indexOf('\n');
        Matcher command = COMMAND.matcher(text.substring(0, Math.max(end, 0)));
        if (!command.matches()) {
            host.close();
            return;
        }
        ByteBuffer rest = read.position(end + 1);
        Step connect = () -> connect(host, Long.parseLong(command.group(1)), rest);
        if (paused) {
            waiting.add(connect);
        } else {
            connect.run();
        }
    }

    private void connect(SocketChannel host, long port, ByteBuffer rest) throws IOException {
        SocketAddress address = guests.get((int) port);
        if (address == null || connections.size() == MAX_CONNECTIONS) {
            host.close();
            return;
        }
        SocketChannel guest;
        try {
            guest = SocketChannel.open(address);
        } catch (IOException _) { // nobody listens in the VM: an end without text
            host.close();
            return;
        }
        begin(host, guest, US_ASCII.encode("OK " + nextHostPort++ + "\n"), rest);
    }

    private void begin(
            SocketChannel host, SocketChannel guest, ByteBuffer toHost, ByteBuffer toGuest)
            throws IOException {
        VmConnection connection = new VmConnection(selector, host, guest, connections::remove);
        connections.add(connection);
        connection.begin(toHost, toGuest);
    }

    @Override
    public void close() throws IOException {
        if (!selector.isOpen()) {
            return;
        }
        ask(
                        () -> {
                            List<Closeable> all = new ArrayList<>(silent);
                            selector.keys().forEach(key -> all.add(key.channel()));
                            for (Closeable channel : all) {
                                channel.close();
                            }
                            selector.selectNow(); // lets go of the sockets
                            selector.close();
                            return true;
                        })
                .join();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
