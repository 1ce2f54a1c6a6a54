package dev.culvert.testing;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that does for a command what systemd does for a service with a socket unit: it listens
 * on a free port of loopback, prints it, and runs the command with that socket, again whenever it
 * ends. Behind each {@code started} it prints the process of the command.
 */
/* The JDK closes what a process of its own should inherit. So this one turns into a shell, which
 * keeps the socket and starts the command. */
public final class SocketHolder {
    private static final int FIRST_FD = 3;
    private static final String RESTART =
            """
            while :; do
              sh -c 'export LISTEN_FDS=1 LISTEN_FDNAMES=test.socket LISTEN_PID=$$
                echo "started $$"; exec "$@"' sh "$@" < /dev/null
            done
            """;

    private SocketHolder() {}

    /** The command line that runs {@code command} in this way. */
    public static List<String> holding(List<String> command) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Djava.net.preferIPv4Stack=true",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SocketHolder.class.getName()));
        all.addAll(command);
        return all;
    }

    public static void main(String[] command) throws Throwable {
        ServerSocketChannel.open().close(); // the JDK opens sockets of its own with the first
        List<Integer> before = sockets();
        ServerSocketChannel socket = ServerSocketChannel.open();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.configureBlocking(false);
        List<Integer> opened = sockets();
        opened.removeAll(before);
        System.out.println("holding " + socket.socket().getLocalPort());
        System.out.flush();

        List<String> shell = new ArrayList<>(List.of("sh", "-c", RESTART, "sh"));
        shell.addAll(List.of(command));
        becomeShell(opened.getFirst(), shell);
    }

    @SuppressWarnings("restricted") // calls the C library, which is what it is for
    private static void becomeShell(int fd, List<String> arguments) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle dup2 =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("dup2"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        MethodHandle execv =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("execv"),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argv =
                    arena.allocate(MemoryLayout.sequenceLayout(arguments.size() + 1L, ADDRESS));
            for (int i = 0; i < arguments.size(); i++) {
                argv.setAtIndex(ADDRESS, i, arena.allocateFrom(arguments.get(i)));
            }
            int copied = (int) dup2.invokeExact(fd, FIRST_FD);
            int failed = (int) execv.invokeExact(arena.allocateFrom("/bin/sh"), argv);
            throw new IOException("dup2 returned " + copied + " and execv " + failed);
        }
    }

    private static List<Integer> sockets() throws IOException {
        List<Integer> sockets = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : all) {
                if (Files.readSymbolicLink(fd).toString().startsWith("socket:")) {
                    sockets.add(Integer.valueOf(fd.getFileName().toString()));
                }
            }
        }
        return sockets;
    }
}
