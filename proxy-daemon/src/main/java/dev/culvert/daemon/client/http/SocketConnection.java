package dev.culvert.daemon.client.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Over TCP, with or without TLS. */
record SocketConnection(Socket socket) implements Connection {

    static Connection toHost(String host, int port, Duration patience) throws IOException {
        return new SocketConnection(connect(host, port, patience));
    }

    /** The certificate must be for {@code host}. */
    static Connection overTls(String host, int port, Duration patience, SSLSocketFactory factory)
            throws IOException {
        Socket plain = connect(host, port, patience);
        try {
            SSLSocket socket = (SSLSocket) factory.createSocket(plain, bare(host), port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new SocketConnection(socket);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private static Socket connect(String host, int port, Duration patience) throws IOException {
        InetSocketAddress address = new InetSocketAddress(bare(host), port);
        if (address.isUnresolved()) {
            throw new UnknownHostException("no host has the name " + host);
        }
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, millis(patience));
            socket.setSoTimeout(millis(patience));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** An IPv6 address without the brackets that it has in a URL. */
    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int millis(Duration time) {
        return Math.toIntExact(Math.min(time.toMillis(), Integer.MAX_VALUE));
    }

    @Override
    public InputStream in() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public void patience(Duration longest) throws IOException {
        socket.setSoTimeout(millis(longest));
    }

    @Override
    public void carryBytes() throws IOException {
        socket.setSoTimeout(0);
        socket.setKeepAlive(true);
    }

    /** TLS before 1.3 can only end both directions at once, so nothing is said there. */
    @Override
    public void endOutput() throws IOException {
        if (!(socket instanceof SSLSocket secure)
                || secure.getSession().getProtocol().equals("TLSv1.3")) {
            socket.shutdownOutput();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
