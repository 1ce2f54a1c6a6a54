package dev.culvert.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The address of a stream socket, as both programs write it: tcp://HOST:PORT or unix:///PATH. */
record Endpoint(SocketAddress address) {
    private static final int BACKLOG = 1024;

    /** A free port of loopback to listen on. */
    static Endpoint loopback() {
        return new Endpoint(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    static Endpoint unix(Path path) {
        return new Endpoint(UnixDomainSocketAddress.of(path));
    }

    /** Also reads {@code http://HOST:PORT}. */
    static Endpoint parse(String text) {
        URI uri = URI.create(text);
        return uri.getScheme().equals("unix")
                ? unix(Path.of(uri.getPath()))
                : new Endpoint(new InetSocketAddress(uri.getHost(), uri.getPort()));
    }

    /**
     * @param receiveBytes receive buffer of each connection; a small one makes a slow reader
     *     visible soon
     */
    ServerSocketChannel listen(int receiveBytes) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(family());
        server.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
        server.bind(address, BACKLOG);
        return server;
    }

    SocketChannel connect(int receiveBytes) throws IOException {
        SocketChannel channel = SocketChannel.open(family());
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
            channel.connect(address);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private StandardProtocolFamily family() {
        return address instanceof UnixDomainSocketAddress
                ? StandardProtocolFamily.UNIX
                : StandardProtocolFamily.INET;
    }

    @Override
    public String toString() {
        return switch (address) {
            case UnixDomainSocketAddress unix -> "unix://" + unix.getPath();
            case InetSocketAddress inet ->
                    "tcp://" + inet.getAddress().getHostAddress() + ":" + inet.getPort();
            default -> address.toString();
        };
    }
}
