package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A program that is connected to the local socket of a guest. */
final class LocalProgram implements AutoCloseable {
    private final SocketChannel channel;
    private final BufferedReader lines;

    LocalProgram(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        lines = new BufferedReader(Channels.newReader(channel, UTF_8));
    }

    void say(String line) throws IOException {
        channel.write(ByteBuffer.wrap((line + "\n").getBytes(UTF_8)));
    }

    String hear() throws IOException {
        return String.valueOf(lines.readLine());
    }

    String ask(String line) throws IOException {
        say(line);
        return hear();
    }

    /** Until the host has said that it takes what the guest says. */
    LocalProgram awaitHost() {
        Eventually.await(() ->
                assertThat(unchecked("{\"type\":\"request\",\"subject\":\"test.echo\",\"data\":1}"))
                        .contains("\"data\":1"));
        return this;
    }

    private String unchecked(String line) {
        try {
            return ask(line);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
