package dev.culvert.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A guest inside this process. It does what the protocol demands, and what its {@link Habit} adds.
 */
final class PlayedGuest implements AutoCloseable {
    private final ServerSocket server;
    private final Habit habit;
    private final Set<GuestLink> links = ConcurrentHashMap.newKeySet();

    PlayedGuest(Habit habit) throws IOException {
        this.habit = habit;
        server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("guest").start(this::accept);
    }

    Endpoint endpoint() {
        return new Endpoint(server.getLocalSocketAddress());
    }

    /** The open links. */
    List<GuestLink> links() {
        return List.copyOf(links);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().name("link").start(() -> serve(socket));
            } catch (IOException _) {
                // It is closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (GuestLink link = new GuestLink(socket)) {
            links.add(link);
            try {
                Thread.ofPlatform().daemon().name("habit").start(() -> indulge(link));
                while (true) {
                    link.answerOne(habit);
                }
            } finally {
                links.remove(link);
            }
        } catch (IOException _) {
            // The daemon or this guest is gone.
        }
    }

    private void indulge(GuestLink link) {
        try {
            habit.onLink(link);
        } catch (IOException _) {
            // The link is closed.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (GuestLink link : links) {
            link.close();
        }
    }
}
